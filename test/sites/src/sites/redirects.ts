import { layout } from '../layout.ts';
import { type Answer, inText, type Page, type Site } from '../site.ts';

const title = 'We Have Moved';

/** Redirects within a host, to another host, to a cloud's metadata service, and round and round. */
export const redirectSites: Site[] = [
  {
    host: 'moved.test',
    pages: [
      {
        path: '/',
        kind: 'redirect',
        answer: {
          body: layout({
            title,
            nav: {
              '/old-contact': 'Contact',
              '/new-owners': 'New owners',
              '/metadata': 'Metadata',
              '/round-and-round': 'Round and round',
            },
            body: '<p>Mind the boxes. Until we have unpacked: +44 131 496 0201</p>',
          }),
        },
        expected: inText('+441314960201'),
      },
      {
        path: '/old-contact',
        kind: 'redirect',
        answer: redirect(302, '/contact-2019'),
        sameAs: ['/contact-2019', '/contact-us'],
        expected: inText('+441314960202'),
      },
      { path: '/new-owners', kind: 'redirect', answer: redirect(301, 'http://new-owners.test/welcome') },
      { path: '/metadata', kind: 'redirect', answer: redirect(302, 'http://169.254.169.254/latest/meta-data/') },
      {
        path: '/round-and-round',
        kind: 'redirect',
        answer: redirect(302, '/and-round'),
        outcome: 'failed',
        code: 'too-many-redirects',
      },
    ],
    assets: {
      '/contact-2019': redirect(301, '/contact-us'),
      '/contact-us': { body: layout({ title, body: '<p>Contact us here: +44 131 496 0202</p>' }) },
      '/and-round': redirect(302, '/round-and-round'),
    },
    strays: [
      {
        url: 'http://169.254.169.254/latest/meta-data/',
        kind: 'redirect',
        outcome: 'excluded',
        code: 'out-of-scope',
      },
    ],
  },
  {
    host: 'new-owners.test',
    pages: [
      page('/', '<p>Under new management: +44 131 496 0203</p>', '+441314960203'),
      page('/welcome', '<p>Linked from nowhere but a redirect: +44 131 496 0204</p>', '+441314960204'),
    ],
  },
];

function page(path: string, body: string, number: string): Page {
  return { path, kind: 'redirect', answer: { body: layout({ title: 'New Owners', body }) }, expected: inText(number) };
}

function redirect(status: number, location: string): Answer {
  return { status, headers: { location }, body: '' };
}
