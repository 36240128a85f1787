import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const services = ['scheduler', 'sink', 'console', 'crawler'] as const;

const ownLoaders = { loadMasterKey: 'number-storage.key', loadSealingKeys: 'sealing-private.key' };

/** The key files that a service reads at its start, from its own source: what infra gives it must be these, no more. */
export async function keysOf(service: (typeof services)[number]): Promise<string[]> {
  const main = fileURLToPath(new URL(`../../apps/${service}/src/main.ts`, import.meta.url));
  const source = await readFile(main, 'utf8');
  const [, names] = /await load(?:Inside)?Keys\([^[]*\[([^\]]*)\]/.exec(source) ?? [];
  if (names === undefined) throw new Error(`${main} does not load keys as this test expects.`);
  const byName = [...names.matchAll(/'([a-z-]+)'/g)].map(([, name]) => `${name}.key`);
  const byUse = Object.entries(ownLoaders).flatMap(([loader, key]) => (source.includes(`${loader}(`) ? [key] : []));
  return [...byName, ...byUse].sort();
}
