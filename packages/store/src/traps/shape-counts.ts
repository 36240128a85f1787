import type { PageCode } from '@numfleet/contracts';
import type { OfferedPage } from '../admission.ts';
import type { Db, Transaction } from '../store.ts';

/** A form of addresses as pages are counted by it: 16 bytes of SHA-256. */
export interface OfferedShape {
  key: Buffer;
  most: number;
  code: PageCode;
}

/** How many pages of each form a campaign has admitted, counted on while it admits more. */
export interface ShapeCounts {
  /** Counts the page; or tells why it is one too many, and counts nothing. */
  take(page: OfferedPage): PageCode | null;
  /** What has changed. */
  changes(): ShapeCount[];
}

interface ShapeCount {
  host: string;
  /** In hex. */
  shape: string;
  urls: number;
}

const mostShapes = 2_000;
const sharedShape = Buffer.alloc(16).toString('hex');
const mostOfShared = 1_000;

/** Counts of the forms of the offered pages. Exact, since whoever admits a page holds the campaign's lock. */
export async function readShapeCounts(
  db: Db,
  campaignId: string,
  offered: readonly OfferedPage[],
): Promise<ShapeCounts> {
  const shaped = offered.filter((page) => page.shape !== undefined);
  if (shaped.length === 0) return countShapes(new Map(), new Map());
  const { rows } = await db.query<ShapeCount>(
    `select h.host, encode(s.shape, 'hex') as shape, s.urls
     from unnest($2::text[], $3::bytea[]) as offered (host, shape)
     join hosts h on h.host = offered.host
     join url_shapes s on s.campaign_id = $1 and s.host_id = h.id and s.shape in (offered.shape, $4::bytea)
     group by h.host, s.shape, s.urls`,
    [
      campaignId,
      shaped.map((page) => page.host),
      shaped.map((page) => page.shape?.key),
      Buffer.from(sharedShape, 'hex'),
    ],
  );
  const known = new Set(rows.map(({ host, shape }) => `${shape} ${host}`));
  const unknown = shaped.filter((page) => !known.has(`${page.shape?.key.toString('hex')} ${page.host}`));
  const { rows: totals } = await db.query<{ host: string; shapes: number }>(
    `select h.host, count(s.shape)::int as shapes from hosts h
     join url_shapes s on s.campaign_id = $1 and s.host_id = h.id where h.host = any($2::text[]) group by h.host`,
    [campaignId, [...new Set(unknown.map((page) => page.host))]],
  );
  return countShapes(
    new Map(rows.map(({ host, shape, urls }) => [`${shape} ${host}`, urls])),
    new Map(totals.map(({ host, shapes }) => [host, shapes])),
  );
}

/** Both counts are counted on: pages by form and host, and forms by host. Pure. */
export function countShapes(urls: Map<string, number>, shapes: Map<string, number>): ShapeCounts {
  const before = new Map(urls);
  return {
    take(page) {
      if (page.shape === undefined) return null;
      const own = `${page.shape.key.toString('hex')} ${page.host}`;
      const known = shapes.get(page.host) ?? 0;
      const isShared = !urls.has(own) && known >= mostShapes;
      const key = isShared ? `${sharedShape} ${page.host}` : own;
      const count = urls.get(key) ?? 0;
      if (count >= (isShared ? mostOfShared : page.shape.most)) return page.shape.code;
      if (!urls.has(key)) shapes.set(page.host, known + 1);
      urls.set(key, count + 1);
      return null;
    },
    changes: () =>
      [...urls]
        .filter(([key, count]) => before.get(key) !== count)
        .map(([key, count]) => ({ shape: key.slice(0, 32), host: key.slice(33), urls: count })),
  };
}

export async function writeShapeCounts(
  tx: Transaction,
  campaignId: string,
  changes: readonly ShapeCount[],
  hostIds: ReadonlyMap<string, string>,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ host, shape, urls }) => ({ hostId: hostIds.get(host), shape: `\\x${shape}`, urls }));
  await tx.query(
    `insert into url_shapes (campaign_id, host_id, shape, urls)
     select $1, "hostId", shape, urls from jsonb_to_recordset($2::jsonb) as s ("hostId" bigint, shape bytea, urls int)
     on conflict (campaign_id, host_id, shape) do update set urls = excluded.urls`,
    [campaignId, JSON.stringify(rows)],
  );
}
