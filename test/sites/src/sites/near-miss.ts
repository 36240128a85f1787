import { layout } from '../layout.ts';
import { inText, type Site } from '../site.ts';

/**
 * Digits that are no phone numbers, though each of the forbidden ones is a valid number of the page's region when its
 * punctuation is overlooked.
 */
export const nearMissSite: Site = {
  host: 'ledger.test',
  pages: [
    {
      path: '/',
      kind: 'near-miss',
      answer: {
        body: layout({
          title: 'The Ledger',
          lang: 'en-US',
          nav: { '/archive': 'Archive' },
          body: `<p>Newsroom: (212) 555-0101</p>
            <p>Our server moved to 212.55.50.143 on 13-10-2015, at 22:30.</p>
            <p>Seasons 2015 - 2016, 1998-2001; weeks 35 36 37 38 39; page 1 2 3 4 5 6 7 8 9 10.</p>
            <p>Printed 25.08.2015 22:30. ZIP codes 80901 - 80962.</p>`,
        }),
      },
      expected: inText('+12125550101'),
      forbidden: ['+12125550143'],
    },
    {
      path: '/archive',
      kind: 'near-miss',
      answer: {
        body: layout({
          title: 'The Ledger',
          lang: 'en-GB',
          nav: { '/': 'Home' },
          body: `<p>London desk: 020 7946 0301</p>
            <p>ISBN 1-31496-010-5</p>
            <p>Record f81d4fae-7dec-11d0-a765-442079460389, seen at 51.5073219, 20.79460390.</p>
            <p><img alt="" src="/pixel.gif?cid=442079460391"> Card 4111 1111 1111 1111.</p>`,
        }),
      },
      expected: inText('+442079460301'),
      forbidden: ['+441314960105', '+442079460389', '+442079460390', '+442079460391'],
    },
  ],
  assets: { '/pixel.gif': { headers: { 'content-type': 'image/gif' }, body: Buffer.from('GIF89a') } },
};
