import { setTimeout as sleep } from 'node:timers/promises';
import { layout } from '../layout.ts';
import { inText, type Page, type Site } from '../site.ts';

const answerAfterMs = 1_500;

/** Takes its time over every page, and must not hold up the others. */
export const slowSite: Site = {
  host: 'snail-post.test',
  pages: [
    page('/', '<p>Parcels, slowly: +44 121 496 0101</p>', '+441214960101'),
    page('/tracking', '<p>Lost something? +44 121 496 0102</p>', '+441214960102'),
  ],
};

function page(path: string, body: string, number: string): Page {
  return {
    path,
    kind: 'slow',
    answer: async ({ response, signal }) => {
      await sleep(answerAfterMs, undefined, { signal });
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(layout({ title: 'Snail Post', nav: { '/': 'Home', '/tracking': 'Tracking' }, body }));
    },
    expected: inText(number),
  };
}
