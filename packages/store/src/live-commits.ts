import type { PageResult, SitemapResult } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import type { SealedNumber } from './insert-findings.ts';
import type { PageBefore } from './revisits/revisit-policy.ts';
import type { Transaction } from './store.ts';

/** A result with its findings opened and sealed for rest, and its links normalised, keyed and judged. */
export interface PageCommit {
  result: PageResult | SitemapResult;
  numbers: readonly SealedNumber[];
  links: readonly Omit<OfferedPage, 'foundOn'>[];
}

/** What is known of a page whose result has come. */
interface LeasedPage extends PageBefore {
  id: string;
  hostId: string;
  campaignId: string;
  attempts: number;
  throttled: number;
  probing: boolean;
  /** Nothing may be called known instead of being sent. */
  linksInFull: boolean;
  retentionDays: number;
}

export interface LiveCommit {
  /** Of the commit in its batch. */
  index: number;
  commit: PageCommit;
  result: PageCommit['result'];
  page: LeasedPage;
}

/**
 * The results whose lease is still theirs, with their pages, locked. Of one delivered twice the first counts; of a sitemap's
 * parts the next: one that comes after one that was lost is as stale as one that comes again, and the lease will run out.
 */
export async function lockLivePages(tx: Transaction, commits: readonly PageCommit[]): Promise<LiveCommit[]> {
  if (commits.length === 0) return [];
  const { rows } = await tx.query<LeasedPage>(
    `select p.id, p.host_id as "hostId", p.campaign_id as "campaignId", p.attempts, p.throttled,
       h.breaker <> 'closed' as probing, p.links_in_full as "linksInFull", c.retention_days as "retentionDays",
       c.every_seconds as "everySeconds", p.pace, encode(p.content, 'hex') as content, p.rendered
     from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::smallint[]) as result (id, token, campaign_id, part)
     join pages p on p.id = result.id and p.lease_token = result.token and p.campaign_id = result.campaign_id
       and p.state = 'leased' and p.parts = result.part
     join campaigns c on c.id = p.campaign_id join hosts h on h.id = p.host_id
     order by p.id for update of p`,
    [
      commits.map(({ result }) => result.pageId),
      commits.map(({ result }) => result.leaseToken),
      commits.map(({ result }) => result.campaignId),
      commits.map(({ result }) => (result.kind === 'sitemap' ? result.part : 0)),
    ],
  );
  const pages = new Map(rows.map((row) => [row.id, row]));
  return commits.flatMap((commit, index) => {
    const page = pages.get(commit.result.pageId);
    if (!page) return [];
    pages.delete(page.id);
    return [{ index, commit, result: commit.result, page }];
  });
}

/** A page comes in one part. */
export function isLastPart({ result }: LiveCommit): boolean {
  return result.kind === 'page' || result.isLast;
}

/** Of sitemaps of which more is to come under the same lease. */
export async function countParts(tx: Transaction, begun: readonly LiveCommit[]): Promise<void> {
  if (begun.length === 0) return;
  await tx.query(
    `update pages p set parts = p.parts + 1 from unnest($1::bigint[], $2::bigint[]) as begun (id, host_id)
     where p.id = begun.id and p.host_id = begun.host_id`,
    [begun.map(({ page }) => page.id), begun.map(({ page }) => page.hostId)],
  );
}
