import { expect, test } from 'vitest';
import { drawTrace, type TraceView } from './draw-trace.ts';

const sighting = { page: '3', source: 'text', worker: 'crawler-1', expires: '2026-12-24T00:00:00.000Z' } as const;
const trace: TraceView = {
  number: '+4420******58',
  suppressed: { since: '2026-11-25T10:00:00.000Z', reason: 'erased' },
  campaigns: [
    {
      ...{ campaign: '7', name: 'shops', purpose: 'shops & <b>bars</b>\u0007', retentionDays: 30, region: 'GB' },
      ...{ type: 'fixed_line', hasExtension: false, firstSeen: '2026-11-23T10:00:00.000Z' },
    },
  ],
  sightings: [
    { ...sighting, campaign: '7', url: 'http://shop.test/"a"', at: '2026-11-23T10:00:00.000Z' },
    { ...sighting, campaign: '7', url: 'http://shop.test/b', at: '2026-11-24T10:00:00.000Z' },
  ],
  sightingsTotal: 2,
  events: [
    ...['numbers.revealed', 'number.traced', 'number.traced'].map((action, hour) => {
      const details = { purpose: 'a request' };
      return { at: `2026-11-25T1${hour}:00:00.000Z`, actor: 'operator', action, campaign: null, details };
    }),
  ],
  keys: {},
};
const countOf = (svg: string, what: string) => svg.split(what).length - 1;

test('a lane a campaign and a kind of act, a mark for each sighting and each act, in the order of time', () => {
  const svg = drawTrace(trace);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>\n$/s);
  expect(countOf(svg, '<circle')).toBe(5);
  for (const shown of [
    '+4420******58',
    'numbers.revealed',
    'number.traced',
    'by crawler-1',
    'not stored since: erased',
  ]) {
    expect(svg).toContain(shown);
  }
  const placesOfSightings = [...svg.matchAll(/<circle cx="(\d+)" cy="70"/g)].map(([, x]) => Number(x));
  expect(placesOfSightings).toEqual(placesOfSightings.toSorted((a, b) => a - b));
  expect(new Set(placesOfSightings).size).toBe(2);
});

test('what people wrote is text in it and nothing else', () => {
  const svg = drawTrace(trace);
  expect(svg).toContain('7: shops &amp; &lt;b&gt;bars&lt;/b&gt; <');
  expect(svg).toContain('http://shop.test/&quot;a&quot;');
  expect(svg).not.toMatch(/<b>|\p{Cc}(?<!\n)/u);
});

test('a number of which nothing is known, and one that a thousand campaigns have, are drawn within bounds', () => {
  const none = drawTrace({ ...trace, suppressed: null, campaigns: [], sightings: [], sightingsTotal: 0, events: [] });
  expect(none).not.toContain('NaN');
  const [campaign] = trace.campaigns;
  const campaigns = Array.from({ length: 1_000 }, (_, n) => ({
    ...(campaign ?? expect.unreachable()),
    campaign: `${n}`,
  }));
  const many = drawTrace({ ...trace, campaigns });
  expect(many).toContain('the first 60 of 1002 lanes');
  expect(many.length).toBeLessThan(30_000);
});
