import type { NumberTrace } from '@numfleet/contracts';

const [width, left, right, top, laneHeight, mostLanes] = [960, 280, 24, 56, 28, 60];

export type TraceView = Omit<NumberTrace, 'picture'>;

interface Mark {
  at: string;
  /** What a reader is told who points at it. */
  title: string;
}

interface Lane {
  label: string;
  colour: string;
  marks: Mark[];
  /** For how long something is kept, as a bar. */
  kept: { from: string; to: string } | null;
}

/**
 * A number's life as an SVG document: time from left to right, a lane a campaign with the pages it was seen on and until when they are
 * kept, and a lane a kind of act: exports, reveals, traces, erasures. Each mark tells by its title what it stands for. Holds what the
 * trace holds: the number masked, addresses redacted.
 */
export function drawTrace(trace: TraceView): string {
  const all = [...campaignLanes(trace), ...actLanes(trace)];
  const lanes = all.slice(0, mostLanes);
  const cut = all.length > lanes.length ? `, the first ${mostLanes} of ${all.length} lanes` : '';
  const height = top + lanes.length * laneHeight + 40;
  const place = createScale(lanes, trace);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(16, 28, `The life of ${trace.number}: seen ${trace.sightingsTotal} times${cut}`, 'font-size="16"'),
    ...lanes.flatMap((lane, index) => drawLane(lane, top + index * laneHeight, place)),
    ...drawSuppression(trace, height, place),
    text(left, height - 12, place.first),
    text(width - right, height - 12, place.last, 'text-anchor="end"'),
    '</svg>',
    '',
  ].join('\n');
}

function campaignLanes({ campaigns, sightings }: TraceView): Lane[] {
  const seen = Map.groupBy(sightings, (sighting) => sighting.campaign);
  return campaigns.map(({ campaign, purpose, firstSeen }) => {
    const own = seen.get(campaign) ?? [];
    const marks = own.map(({ at, url, worker }) => ({
      at,
      title: `${at} ${url}${worker === null ? '' : ` by ${worker}`}`,
    }));
    const [last = firstSeen] = own
      .map(({ expires }) => expires)
      .toSorted()
      .reverse();
    return { label: `${campaign}: ${purpose}`, colour: '#0a6e8a', marks, kept: { from: firstSeen, to: last } };
  });
}

function actLanes({ events }: TraceView): Lane[] {
  return [...Map.groupBy(events, (event) => event.action)].map(([action, own]) => {
    const marks = own.map(({ at, actor, details }) => {
      return { at, title: [at, actor, details.purpose ?? details.reason ?? ''].join(' ').trim() };
    });
    return { label: action, colour: '#a3340f', marks, kept: null };
  });
}

interface Scale {
  x(at: string): number;
  first: string;
  last: string;
}

function createScale(lanes: readonly Lane[], { suppressed }: TraceView): Scale {
  const times = [
    ...lanes.flatMap(({ marks, kept }) => [...marks.map(({ at }) => at), ...(kept ? [kept.from, kept.to] : [])]),
    ...(suppressed ? [suppressed.since] : []),
  ].sort();
  const [first = '', last = ''] = [times.at(0), times.at(-1)];
  const [from, to] = [Date.parse(first), Date.parse(last)];
  const share = (at: string) => (to > from ? (Date.parse(at) - from) / (to - from) : 0.5);
  return { first, last, x: (at) => Math.round(left + share(at) * (width - left - right)) };
}

function drawLane({ label, colour, marks, kept }: Lane, y: number, { x }: Scale): string[] {
  const middle = y + laneHeight / 2;
  const shown = label.length > 40 ? `${label.slice(0, 39)}…` : label;
  const bar =
    kept &&
    `<rect x="${x(kept.from)}" y="${middle - 3}" width="${x(kept.to) - x(kept.from)}" height="6" fill="#dde6ea"/>`;
  return [
    text(16, middle + 4, shown),
    ...(bar ? [bar] : []),
    ...marks.map(({ at, title }) => {
      return `<circle cx="${x(at)}" cy="${middle}" r="5" fill="${colour}"><title>${escaped(title)}</title></circle>`;
    }),
  ];
}

function drawSuppression({ suppressed }: TraceView, height: number, { x }: Scale): string[] {
  if (suppressed === null) return [];
  const at = x(suppressed.since);
  return [
    `<line x1="${at}" y1="${top - 8}" x2="${at}" y2="${height - 32}" stroke="#333" stroke-dasharray="4 3"/>`,
    text(at, top - 12, `not stored since: ${suppressed.reason}`, 'text-anchor="middle"'),
  ];
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x}" y="${y}"${more === '' ? '' : ` ${more}`}>${escaped(words)}</text>`;
}

/** Purposes and reasons are what people wrote. */
function escaped(words: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // Control characters have no place in XML, escaped or not.
  return words.replace(/[\p{Cc}]/gu, ' ').replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
