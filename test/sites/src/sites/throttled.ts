import { layout } from '../layout.ts';
import { inText, type Site } from '../site.ts';

/** Hosts that ask to be left alone for a while, or stumble once, and then answer. */
export const throttledSites: Site[] = [
  {
    host: 'busy-bistro.test',
    pages: [
      {
        path: '/',
        kind: 'throttled',
        answer: ({ response, visit }) => {
          if (visit <= 2) {
            response.writeHead(429, { 'retry-after': '2' }).end();
            return;
          }
          response.setHeader('content-type', 'text/html; charset=utf-8');
          response.end(layout({ title: 'Busy Bistro', body: '<p>Now we have time for you: +44 121 496 0201</p>' }));
        },
        expected: inText('+441214960201'),
      },
    ],
  },
  {
    host: 'flaky-florist.test',
    pages: [
      {
        path: '/',
        kind: 'throttled',
        answer: ({ response, visit }) => {
          if (visit === 1) {
            response.writeHead(503).end();
            return;
          }
          response.setHeader('content-type', 'text/html; charset=utf-8');
          response.end(layout({ title: 'Flaky Florist', body: '<p>Roses after all: +44 121 496 0202</p>' }));
        },
        expected: inText('+441214960202'),
      },
    ],
  },
];
