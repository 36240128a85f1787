import { createStore } from '../store.ts';

/** Whether any page is leased: only then can a result that is under way be committed. Connects as the owner. */
export async function hasLeases({ connectionString }: { connectionString: string }): Promise<boolean> {
  await using store = createStore({ connectionString, applicationName: 'has-leases', max: 1 });
  const { count } = await store.query(`select from pages where state = 'leased' limit 1`);
  return count > 0;
}
