import type { PageCommit } from '../live-commits.ts';
import type { PageVerdict } from '../retry-policy.ts';
import type { Transaction } from '../store.ts';

/** As many pages of a host may say the same; of the next ones the links are not followed. */
const mostCopies = 10;

interface Done extends Pick<PageVerdict, 'state'> {
  result: PageCommit['result'];
  page: { id: string; hostId: string; campaignId: string };
}

/**
 * Of pages that are to be done, the ids of those whose text is one that ten others of their host had before: a site that
 * answers alike at any address. Of those their numbers are kept, since what is no text (a `tel:` link) may differ.
 */
export async function findCopies(tx: Transaction, decided: readonly Done[]): Promise<ReadonlySet<string>> {
  const told = decided.flatMap((one) => {
    const content = contentOf(one.result);
    return one.state === 'done' && content !== null ? [{ ...one.page, content }] : [];
  });
  if (told.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string; copies: number }>(
    `select told.id, (
       select count(*)::int from (
         select from pages p where p.host_id = told."hostId" and p.campaign_id = told."campaignId"
           and p.content = decode(told.content, 'hex') and p.id <> told.id limit $2
       ) others
     ) as copies
     from jsonb_to_recordset($1::jsonb) as told (id bigint, "hostId" bigint, "campaignId" bigint, content text)`,
    [JSON.stringify(told), mostCopies],
  );
  const before = new Map(rows.map((row) => [row.id, row.copies]));
  const inBatch = new Map<string, number>();
  const copies = told.filter(({ id, hostId, campaignId, content }) => {
    const key = `${campaignId} ${hostId} ${content}`;
    const others = (before.get(id) ?? 0) + (inBatch.get(key) ?? 0);
    inBatch.set(key, (inBatch.get(key) ?? 0) + 1);
    return others >= mostCopies;
  });
  return new Set(copies.map(({ id }) => id));
}

/** In hex; null for a page that says little, and for a sitemap. */
export function contentOf(result: PageCommit['result']): string | null {
  return result.kind === 'page' ? (result.hostEvidence?.content ?? null) : null;
}
