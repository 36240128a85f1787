/** The pages that this worker was given last, by their keys: exact, and bounded. */
export interface RecentKeys {
  add(campaignId: string, key: Buffer): void;
  /** Counts as a use: what pages go on linking to stays. */
  has(campaignId: string, key: Buffer): boolean;
}

/** About 150 bytes each. */
const mostKeys = 20_000;

/** At most `most` keys; the one that was used longest ago goes first. */
export function createRecentKeys(most = mostKeys): RecentKeys {
  const keys = new Set<string>();
  const nameOf = (campaignId: string, key: Buffer) => `${campaignId} ${key.toString('latin1')}`;
  const use = (name: string) => {
    keys.delete(name);
    keys.add(name);
  };
  return {
    add(campaignId, key) {
      use(nameOf(campaignId, key));
      const [oldest] = keys;
      if (keys.size > most && oldest !== undefined) keys.delete(oldest);
    },
    has(campaignId, key) {
      const name = nameOf(campaignId, key);
      if (!keys.has(name)) return false;
      use(name);
      return true;
    },
  };
}
