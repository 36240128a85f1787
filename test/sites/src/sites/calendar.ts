import { layout } from '../layout.ts';
import { type Answer, demoDepth, inText, type Page, type Site } from '../site.ts';

const firstMonth = { year: 2026, month: 11 };
const hallNumber = '+441414960101';

/** A calendar in which every month links to the next, for ever: only the campaign's depth or page budget ends it. */
export const calendarSite: Site = {
  host: 'calendar.test',
  pages: [
    {
      path: '/',
      kind: 'calendar',
      answer: monthPage('Town Hall Calendar', pathOfMonth(0)),
      expected: inText(hallNumber),
    },
    // The seed is at depth 0, so the first month is at depth 1.
    ...Array.from(
      { length: demoDepth },
      (_, index): Page => ({
        path: pathOfMonth(index),
        kind: 'calendar',
        answer: monthPage(pathOfMonth(index), pathOfMonth(index + 1)),
        expected: inText(hallNumber),
      }),
    ),
    {
      path: pathOfMonth(demoDepth),
      kind: 'calendar',
      answer: monthPage(pathOfMonth(demoDepth), pathOfMonth(demoDepth + 1)),
      outcome: 'excluded',
      code: 'too-deep',
    },
  ],
  fallback: (path) => {
    const index = indexOfMonth(path);
    return index === null ? null : monthPage(path, pathOfMonth(index + 1));
  },
};

function monthPage(title: string, next: string): Answer {
  return {
    body: layout({
      title,
      nav: { [next]: 'Next month' },
      body: '<p>Nothing is on. The town hall has all the details: +44 141 496 0101</p>',
    }),
  };
}

function pathOfMonth(index: number): string {
  const months = firstMonth.year * 12 + firstMonth.month - 1 + index;
  return `/${Math.floor(months / 12)}/${String((months % 12) + 1).padStart(2, '0')}`;
}

function indexOfMonth(path: string): number | null {
  const [, year, month] = /^\/(\d{4})\/(0[1-9]|1[0-2])$/.exec(path) ?? [];
  if (year === undefined || month === undefined) return null;
  return (Number(year) - firstMonth.year) * 12 + Number(month) - firstMonth.month;
}
