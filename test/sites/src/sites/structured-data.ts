import { layout } from '../layout.ts';
import type { Site } from '../site.ts';

const title = 'Elm Road Clinic';
const nav = { '/': 'Home', '/team': 'Team', '/visit': 'Visit' };

/** schema.org data: nested JSON-LD, a JSON-LD array, and microdata, with the numbers nowhere else on the page. */
export const structuredDataSite: Site = {
  host: 'elm-road-clinic.test',
  pages: [
    {
      path: '/',
      kind: 'json-ld',
      answer: {
        body: layout({
          title,
          nav,
          head: jsonLd({
            '@context': 'https://schema.org',
            '@graph': [
              { '@type': 'WebSite', name: title },
              {
                '@type': 'MedicalClinic',
                telephone: '+44 114 496 0101',
                department: {
                  '@type': 'Pharmacy',
                  contactPoint: [{ '@type': 'ContactPoint', telephone: '+441144960102' }],
                },
              },
            ],
          }),
          body: '<p>Open every day but Sunday. Our numbers are in the data of this page.</p>',
        }),
      },
      expected: [
        { number: '+441144960101', source: 'jsonld' },
        { number: '+441144960102', source: 'jsonld' },
      ],
    },
    {
      path: '/team',
      kind: 'json-ld',
      answer: {
        body: layout({
          title,
          nav,
          head: jsonLd([
            { '@context': 'https://schema.org', '@type': 'Person', name: 'Dr A. Elm', telephone: '+44-114-496-0103' },
            { '@context': 'https://schema.org', '@type': 'Person', name: 'Dr B. Oak', telephone: '+44 (114) 496 0104' },
          ]),
          body: '<p>Dr Elm and Dr Oak look after you.</p>',
        }),
      },
      expected: [
        { number: '+441144960103', source: 'jsonld' },
        { number: '+441144960104', source: 'jsonld' },
      ],
    },
    {
      path: '/visit',
      kind: 'microdata',
      answer: {
        body: layout({
          title,
          nav,
          body: `<div itemscope itemtype="https://schema.org/MedicalClinic">
            <p itemprop="name">Elm Road Clinic</p>
            <meta itemprop="telephone" content="+44 114 496 0105">
            <p>Reception: <span itemprop="telephone">+44 114 496 0106</span></p></div>`,
        }),
      },
      expected: [
        { number: '+441144960105', source: 'microdata' },
        { number: '+441144960106', source: 'microdata' },
      ],
    },
  ],
};

function jsonLd(data: unknown): string {
  return `<script type="application/ld+json">${JSON.stringify(data)}</script>`;
}
