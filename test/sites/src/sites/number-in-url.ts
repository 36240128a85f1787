import { layout } from '../layout.ts';
import { inText, type Site } from '../site.ts';

const title = 'Who Called?';

/** Pages that carry the number in their address, so that the address itself has to be kept secret (I3). */
export const numberInUrlSite: Site = {
  host: 'who-called.test',
  pages: [
    {
      path: '/',
      kind: 'number-in-url',
      answer: {
        body: layout({
          title,
          nav: { '/caller/441914960101': 'The first', '/caller?number=%2B44%20191%20496%200102': 'The second' },
          body: '<p>Two callers that our readers ask about.</p>',
        }),
      },
    },
    {
      path: '/caller/441914960101',
      kind: 'number-in-url',
      answer: { body: layout({ title, body: '<p>Who called from +44 191 496 0101? A survey, they say.</p>' }) },
      expected: inText('+441914960101'),
    },
    {
      path: '/caller?number=%2B44%20191%20496%200102',
      kind: 'number-in-url',
      answer: { body: layout({ title, body: '<p>Who called from +44 191 496 0102? Nobody knows.</p>' }) },
      expected: inText('+441914960102'),
    },
  ],
};
