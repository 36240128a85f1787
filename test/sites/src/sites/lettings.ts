import { layout } from '../layout.ts';
import { inText, type Page, type Site } from '../site.ts';

/**
 * A host whose pages mislead: each flat's page is whole as it is sent, a screenful of text, but for the number to ring, which
 * a script asks for. Some are read both ways, and what that shows goes for the others too.
 */
export const lettingsSite: Site = {
  host: 'lettings.test',
  pages: [
    {
      path: '/',
      kind: 'script',
      answer: {
        body: layout({
          title: 'Wear Lettings',
          nav: navTo('1', '2', '3', '4', '5'),
          body: '<p>Flats by the river.</p>',
        }),
      },
    },
    flat('1', '+441914960111'),
    flat('2', '+441914960112'),
    flat('3', '+441914960113'),
    flat('4', '+441914960114'),
    flat('5', '+441914960115'),
  ],
  assets: {
    '/agent.js': {
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
      body: `fetch(location.pathname + '/agent.json').then((answer) => answer.json()).then(({ area, line }) => {
  document.getElementById('agent').textContent = 'Ring the agent: ' + ['+44', area, ...line].join(' ');
});
`,
    },
    ...Object.fromEntries(['1', '2', '3', '4', '5'].map((flat) => [`/flats/${flat}/agent.json`, agentOf(flat)])),
  },
};

function navTo(...flats: string[]): Record<string, string> {
  return Object.fromEntries(flats.map((flat) => [`/flats/${flat}`, `Flat ${flat}`]));
}

function flat(name: string, number: string): Page {
  const body = `<h1>Flat ${name}</h1>
<p>Two rooms and a kitchen on the second floor, with a view of the river from both and of the bridge from one. The boiler is
new, the windows were done last spring, and the bakery downstairs opens at six.</p>
<p>Let unfurnished, for a year at least. Bicycles go in the yard. The landlord lives next door and likes it quiet.</p>
<p id="agent">One moment…</p>`;
  const head = '<script src="/agent.js" defer></script>';
  return {
    path: `/flats/${name}`,
    kind: 'script',
    answer: { body: layout({ title: 'Wear Lettings', head, body }) },
    expected: inText(number),
  };
}

function agentOf(flat: string) {
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ area: '191', line: [`496011${flat}`] }),
  };
}
