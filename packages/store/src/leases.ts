/** A lease, by what it is on: a page, or the robots.txt of an origin. */
export interface Lease {
  kind: 'page' | 'robots';
  /** Page id or origin id. */
  id: string;
  leaseToken: string;
}

export const pageLeases = (leases: readonly Lease[]) => leases.filter((lease) => lease.kind === 'page');
export const robotsLeases = (leases: readonly Lease[]) => leases.filter((lease) => lease.kind === 'robots');
