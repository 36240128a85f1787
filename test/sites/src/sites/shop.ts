import { setTimeout as sleep } from 'node:timers/promises';
import { clientRendered } from '../layout.ts';
import { inTelLink, inText, type Site } from '../site.ts';

/**
 * A shop of which the HTML is empty: its numbers come from an API, or are put together by an inline script, so that no
 * reader of the source finds them. `/stores` is linked from rendered markup only.
 */
export const shopSite: Site = {
  host: 'shop.test',
  pages: [
    {
      path: '/',
      kind: 'script',
      answer: { body: clientRendered({ title: 'The Lamp Shop', script: '<script src="/app.js"></script>' }) },
      expected: [...inText('+441134960101', '+441134960102'), ...inTelLink('+441134960103')],
    },
    {
      path: '/contact',
      kind: 'script',
      answer: { body: clientRendered({ title: 'The Lamp Shop: contact', script: buildsTheDom() }) },
      expected: inText('+441134960104'),
    },
    {
      path: '/stores',
      kind: 'script',
      answer: { body: clientRendered({ title: 'The Lamp Shop: stores', script: '<script src="/app.js"></script>' }) },
      expected: [...inText('+441134960105', '+441134960106'), ...inTelLink('+441134960107')],
    },
  ],
  assets: {
    '/app.js': { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: app() },
    '/api/contact.json': async ({ response, signal }) => {
      // Long enough that who reads the page at its load event reads it too early.
      await sleep(150, undefined, { signal });
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          '/': { Orders: '+44 113 496 0101', Returns: '+44 113 496 0102', callUs: 'tel:+441134960103' },
          '/stores': { Leeds: '+44 113 496 0105', York: '+44 113 496 0106', callUs: 'tel:+441134960107' },
        }),
      );
    },
  },
};

function app(): string {
  return `fetch('/api/contact.json').then((answer) => answer.json()).then((pages) => {
  const { callUs, ...lines } = pages[location.pathname];
  const rows = Object.entries(lines).map(([name, phone]) => '<li>' + name + ': ' + phone + '</li>').join('');
  document.getElementById('app').innerHTML =
    '<h1>The Lamp Shop</h1><nav><a href="/contact">Contact</a> <a href="/stores">Stores</a></nav>' +
    '<ul>' + rows + '</ul><p><a href="' + callUs + '">Call us</a></p>';
});
`;
}

function buildsTheDom(): string {
  return `<script>
  const parts = ['+44', '113', '496', '0' + '104'];
  const line = document.createElement('p');
  line.append('Speak to a human: ', parts.join(' '));
  document.getElementById('app').append(line);
</script>`;
}
