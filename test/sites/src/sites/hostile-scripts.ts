import { clientRendered } from '../layout.ts';
import { type Exchange, inText, type Site } from '../site.ts';

/** Pages whose scripts hang, swallow memory, or reach for what only this machine can see. One host each. */
export const hostileScriptSites: Site[] = [
  {
    host: 'spinner.test',
    pages: [
      {
        path: '/',
        kind: 'hostile',
        answer: { body: clientRendered({ title: 'Spinner', script: '<script>while (true);</script>' }) },
        outcome: 'failed',
        code: 'render-timeout',
      },
    ],
  },
  {
    host: 'limbo.test',
    pages: [
      {
        path: '/',
        kind: 'hostile',
        // The picture never arrives, so the load event never comes; the number is there long before.
        answer: {
          body: clientRendered({
            title: 'Limbo',
            script: writes("['+44', '151', '496', '0' + '101'].join(' ')"),
            after: '<img alt="" src="/never.png">',
          }),
        },
        expected: inText('+441514960101'),
      },
    ],
    assets: { '/never.png': neverEnds },
  },
  {
    host: 'glutton.test',
    pages: [
      {
        path: '/',
        kind: 'hostile',
        answer: {
          body: clientRendered({
            title: 'Glutton',
            script: `<script>window.meal = Array.from({ length: 12 }, () => new Uint8Array(8 << 20).fill(1));</script>
${writes("['+44', '151', '496', '0' + '102'].join(' ')")}`,
          }),
        },
        expected: inText('+441514960102'),
      },
    ],
  },
  {
    host: 'burrow.test',
    pages: [
      {
        path: '/',
        kind: 'hostile',
        answer: ({ response, port }) => {
          response.setHeader('content-type', 'text/html; charset=utf-8');
          response.end(clientRendered({ title: 'Burrow', script: reachesInside(port) }));
        },
        expected: inText('+441514960103'),
        forbidden: ['+441514960901'],
      },
    ],
  },
  ...['127.0.0.1', 'localhost'].map(insideOnly),
];

/** Answers to the machine's own names. No seed and no egress host: whoever asks has got past the egress guard (I5). */
function insideOnly(host: string): Site {
  return {
    host,
    unlisted: true,
    pages: [
      {
        path: '/inside',
        kind: 'hostile',
        answer: { headers: { 'access-control-allow-origin': '*' }, body: '+44 151 496 0901' },
      },
    ],
  };
}

function reachesInside(port: number): string {
  return `${writes("['+44', '151', '496', '0' + '103'].join(' ')")}
<script>
for (const host of ['127.0.0.1:${port}', 'localhost:${port}', '169.254.169.254']) {
  fetch('http://' + host + '/inside').then((answer) => answer.text()).then((secret) => {
    document.getElementById('app').append(' ', secret);
  }, () => {});
}
</script>`;
}

function writes(expression: string): string {
  return `<script>document.getElementById('app').textContent = 'Ring ' + ${expression};</script>`;
}

function neverEnds({ response }: Exchange): void {
  response.writeHead(200, { 'content-type': 'image/png' });
  response.flushHeaders();
}
