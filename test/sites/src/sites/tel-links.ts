import { layout } from '../layout.ts';
import { inTelLink, inText, type Site } from '../site.ts';

const title = 'Night Owl Taxis';
const nav = { '/': 'Home', '/drivers': 'Drivers' };

/** Numbers that stand in `tel:` links: alone, with visual separators (RFC 3966 §3), and beside the same number as text. */
export const telLinkSite: Site = {
  host: 'night-owl-taxis.test',
  pages: [
    {
      path: '/',
      kind: 'tel-link',
      answer: {
        body: layout({
          title,
          nav,
          body: `<p>Anywhere, any hour.</p>
            <p><a href="tel:+442079460201">Call a cab</a></p>
            <p><a href="tel:+44-20-7946-0202">Airport runs</a></p>
            <p><a href="TEL:+44(20)79460203">Vans</a></p>`,
        }),
      },
      expected: inTelLink('+442079460201', '+442079460202', '+442079460203'),
    },
    {
      path: '/drivers',
      kind: 'tel-link',
      answer: {
        body: layout({
          title,
          nav,
          lang: 'en-GB',
          body: `<p>Join us: <a href="tel:02079460204">020 7946 0204</a></p><p>Fax: +44 20 7946 0205</p>`,
        }),
      },
      expected: [...inTelLink('+442079460204'), ...inText('+442079460205')],
    },
  ],
};
