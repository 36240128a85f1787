import { layout } from '../layout.ts';
import { inText, type Page, type Site } from '../site.ts';

/** Hosts whose robots.txt (RFC 9309) forbids, allows by a longer match, speaks to us by name, moves, or asks for patience. */
export const robotsSites: Site[] = [
  {
    host: 'cafe-noir.test',
    robots: 'User-agent: *\nDisallow: /private/\nAllow: /private/opening-hours\n',
    pages: [
      page('/', 'Café Noir', 'Tables: +44 118 496 0101', ['+441184960101'], {
        '/private/suppliers': 'Suppliers',
        '/private/opening-hours': 'Opening hours',
      }),
      page('/private/opening-hours', 'Café Noir', 'From seven. Ring first: +44 118 496 0102', ['+441184960102']),
      disallowed('/private/suppliers', 'Café Noir', 'Coffee: +44 118 496 0901', ['+441184960901']),
    ],
  },
  {
    host: 'kiosk.test',
    robots: 'User-agent: *\nDisallow: /\n\nUser-agent: numfleet\nDisallow: /staff$\n',
    pages: [
      page('/', 'Corner Kiosk', 'Papers and milk: +44 118 496 0103', ['+441184960103'], {
        '/staff': 'Staff',
        '/staff-wanted': 'Staff wanted',
      }),
      page('/staff-wanted', 'Corner Kiosk', 'Apply by phone: +44 118 496 0104', ['+441184960104']),
      disallowed('/staff', 'Corner Kiosk', 'Night shift: +44 118 496 0902', ['+441184960902']),
    ],
  },
  {
    host: 'depot.test',
    robots: ({ response }) => {
      response.writeHead(301, { location: '/crawler-rules.txt' }).end();
    },
    pages: [
      page('/', 'The Depot', 'Gate: +44 118 496 0105', ['+441184960105'], { '/yard': 'Yard' }),
      disallowed('/yard', 'The Depot', 'Yard: +44 118 496 0903', ['+441184960903']),
    ],
    assets: {
      '/crawler-rules.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /yard\n' },
    },
  },
  {
    host: 'library.test',
    robots: 'User-agent: *\nCrawl-delay: 1\n',
    pages: [
      page('/', 'Village Library', 'Front desk: +44 118 496 0106', ['+441184960106'], {
        '/rooms': 'Rooms',
        '/events': 'Events',
      }),
      page('/rooms', 'Village Library', 'Room bookings: +44 118 496 0107', ['+441184960107']),
      page('/events', 'Village Library', 'Readings: +44 118 496 0108', ['+441184960108']),
    ],
  },
];

/** Not in the default demo: the fleet asks such a host again and again before it gives up, which takes its time. */
export const unreachableRobotsSite: Site = {
  host: 'broken-robots.test',
  robots: ({ response }) => {
    response.writeHead(500).end();
  },
  pages: [
    {
      path: '/',
      kind: 'robots',
      answer: { body: layout({ title: 'Broken robots', body: '<p>Never read: +44 118 496 0904</p>' }) },
      forbidden: ['+441184960904'],
      outcome: 'excluded',
      code: 'robots-unreachable',
    },
  ],
};

function page(path: string, title: string, text: string, numbers: string[], nav: Record<string, string> = {}): Page {
  return {
    path,
    kind: 'robots',
    answer: { body: layout({ title, nav, body: `<p>${text}</p>` }) },
    expected: inText(...numbers),
  };
}

function disallowed(path: string, title: string, text: string, forbidden: string[]): Page {
  return {
    path,
    kind: 'robots',
    answer: { body: layout({ title, body: `<p>${text}</p>` }) },
    forbidden,
    outcome: 'excluded',
    code: 'robots-disallowed',
  };
}
