import { layout } from '../layout.ts';
import { inText, type Page, type PageKind, type Site } from '../site.ts';

const title = 'Lost Property';

/** Error pages, and a document of a type that no numbers are read from, though digits lie in its bytes. */
export const errorSites: Site[] = [
  {
    host: 'lost-property.test',
    pages: [
      {
        path: '/',
        kind: 'error',
        answer: {
          body: layout({
            title,
            nav: { '/umbrellas': 'Umbrellas', '/hats': 'Hats', '/gloves': 'Gloves' },
            body: '<p>Ask for it: +44 161 496 0101</p>',
          }),
        },
        expected: inText('+441614960101'),
      },
      failing('/umbrellas', 404, '+44 161 496 0901', '+441614960901'),
      failing('/hats', 410, '+44 161 496 0902', '+441614960902'),
      failing('/gloves', 500, '+44 161 496 0903', '+441614960903'),
    ],
  },
  {
    host: 'paperwork.test',
    pages: [
      {
        path: '/',
        kind: 'not-html',
        answer: {
          body: layout({ title: 'Paperwork', nav: { '/prices.pdf': 'Prices' }, body: '<p>+44 161 496 0102</p>' }),
        },
        expected: inText('+441614960102'),
      },
      {
        path: '/prices.pdf',
        kind: 'not-html',
        answer: {
          headers: { 'content-type': 'application/pdf' },
          body: Buffer.from('%PDF-1.4\n1 0 obj (+44 161 496 0904) endobj\n%%EOF\n'),
        },
        forbidden: ['+441614960904'],
        outcome: 'failed',
        code: 'not-html',
      },
    ],
  },
];

function failing(path: string, status: number, shown: string, number: string): Page {
  return {
    path,
    kind: 'error' satisfies PageKind,
    answer: { status, body: layout({ title, body: `<p>${status}. Complaints: ${shown}</p>` }) },
    forbidden: [number],
    outcome: 'failed',
    code: status < 500 ? 'http-client-error' : 'http-server-error',
  };
}
