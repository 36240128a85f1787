import { text } from 'node:stream/consumers';
import type { PageView } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';

/** `page URL`: why a URL was fetched, excluded or failed. `-` reads it from standard input, for one that holds a number. */
export async function page(
  url: string,
  options: { campaign?: string; json?: boolean },
  around: Surroundings,
): Promise<number> {
  const wanted = url === '-' ? (await text(around.stdin)).trim() : url;
  await using session = await openSession('look', around, () => {});
  const found = await session.console.findPage(wanted, options.campaign);
  around.stdout.write(options.json ? `${JSON.stringify(found)}\n` : describe(found));
  return exitCodes.done;
}

function describe(found: PageView): string {
  const rows = Object.entries(found)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name.padEnd(15)} ${Array.isArray(value) ? value.join(', ') : value}`);
  return `${rows.join('\n')}\n`;
}
