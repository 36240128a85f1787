import { layout } from '../layout.ts';
import { type ExpectedNumber, inText, type Page, type Site } from '../site.ts';

/** Plain business pages that write numbers as their countries do; the region shows only in language and address. */
export const staticSites: Site[] = [
  business('harbour-bakery.test', 'en-GB', 'Harbour Bakery', [
    {
      path: '/',
      link: 'Home',
      body: `<p>Bread since four in the morning. Ring <b>+44 20 7946 0101</b> and we keep you a loaf.</p>
        <p>Wholesale: 020 7946 0102</p>`,
      expected: inText('+442079460101', '+442079460102'),
    },
    {
      path: '/contact',
      link: 'Contact',
      body: `<address>12 Quay Street<br>London SE1 2AA<br>United Kingdom<br>
        Tel: 020 7946 0103<br>Fax: (020) 7946-0104<br>Leeds shop: 0113 496 0001</address>`,
      expected: inText('+442079460103', '+442079460104', '+441134960001'),
    },
  ]),
  business('maple-dental.test', 'en-US', 'Maple Street Dental', [
    {
      path: '/',
      link: 'Home',
      body: `<p>New patients welcome. Call (202) 555-0143 today, or toll free 1-800-555-0199.</p>
        <p>From abroad: +1 202-555-0144</p>`,
      expected: inText('+12025550143', '+18005550199', '+12025550144'),
    },
    {
      path: '/locations',
      link: 'Locations',
      body: `<address>401 Maple Street NW<br>Washington, DC 20001, USA<br>Phone 202.555.0145<br>Fax 202-555-0146</address>`,
      expected: inText('+12025550145', '+12025550146'),
    },
  ]),
  business('atelier-lumiere.test', 'fr-FR', 'Atelier Lumière', [
    {
      path: '/',
      link: 'Accueil',
      body: `<p>Luminaires faits main. Téléphone : +33 1 99 00 12 34</p><p>Service après-vente : 01.99.00.12.35</p>`,
      expected: inText('+33199001234', '+33199001235'),
    },
    {
      path: '/nous-trouver',
      link: 'Nous trouver',
      body: `<address>8 rue des Lanternes<br>75011 Paris, France<br>Tél. 01 99 00 12 36<br>Atelier de Rennes : 02 61 91 12 37</address>`,
      expected: inText('+33199001236', '+33261911237'),
    },
  ]),
  business('werkstatt-nord.test', 'de-DE', 'Werkstatt Nord', [
    {
      path: '/',
      link: 'Start',
      body: `<p>Fahrräder, Räder, Rat. Rufen Sie an: +49 30 23125 101</p>`,
      expected: inText('+493023125101'),
    },
    {
      path: '/impressum',
      link: 'Impressum',
      body: `<address>Werkstatt Nord GmbH<br>Torstraße 7, 10119 Berlin, Deutschland<br>
        Telefon: 030 / 23125 102<br>Telefax: 030 23125-103</address>`,
      expected: inText('+493023125102', '+493023125103'),
    },
  ]),
  business('outback-tours.test', 'en-AU', 'Outback Tours', [
    {
      path: '/',
      link: 'Home',
      body: `<p>Red dust, good company. Bookings: (02) 5550 1234, mobile 0491 570 156, from overseas +61 2 5550 1235.</p>
        <p>14 Camel Lane, Alice Springs NT 0870, Australia</p>`,
      expected: inText('+61255501234', '+61491570156', '+61255501235'),
    },
  ]),
  business('fjallkafe.test', 'sv-SE', 'Fjällkaféet', [
    {
      path: '/',
      link: 'Hem',
      body: `<p>Våfflor på toppen. Ring 08-465 004 05 eller +46 980 319 201.</p><p>Kungsgatan 3, 111 43 Stockholm, Sverige</p>`,
      expected: inText('+46846500405', '+46980319201'),
    },
  ]),
];

type BusinessPage = { path: string; link: string; body: string; expected: ExpectedNumber[] };

function business(host: string, lang: string, title: string, pages: [BusinessPage, ...BusinessPage[]]): Site {
  const nav = Object.fromEntries(pages.map(({ path, link }) => [path, link]));
  const toPage = ({ path, body, expected }: BusinessPage): Page => ({
    path,
    kind: 'static',
    answer: { body: layout({ title, lang, nav, body }) },
    expected,
  });
  const [home, ...others] = pages;
  return { host, pages: [toPage(home), ...others.map(toPage)] };
}
