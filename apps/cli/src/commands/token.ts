import { NumfleetError, roles } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';

export interface CreateTokenOptions {
  role?: string;
  days?: string;
  campaigns?: string;
  json?: boolean;
}

/** `token create NAME`: gives a token out and prints it, this one time. */
export async function createToken(name: string, options: CreateTokenOptions, around: Surroundings): Promise<number> {
  const role = roles.find((known) => known === options.role);
  if (role === undefined) throw new NumfleetError('usage', `--role is one of ${roles.join(', ')}.`);
  const campaigns = options.campaigns?.split(',').map((id) => id.trim()) ?? null;
  await using session = await openSession('look', around, () => {});
  const given = await session.console.createToken({ name, role, campaigns, days: Number(options.days) });
  const advice = `It is good until ${given.expiresAt}, and is not shown again: what is kept of it is a hash.`;
  if (options.json) around.stdout.write(`${JSON.stringify({ name, role, ...given })}\n`);
  else {
    around.stdout.write(`${given.token}\n`);
    around.stderr.write(`${advice}\n`);
  }
  return exitCodes.done;
}

/** `token list`. */
export async function listTokens(options: { json?: boolean }, around: Surroundings): Promise<number> {
  await using session = await openSession('look', around, () => {});
  const tokens = await session.console.listTokens();
  if (options.json) for (const token of tokens) around.stdout.write(`${JSON.stringify(token)}\n`);
  else {
    const rows = tokens.map(({ name, role, campaigns, expiresAt, state }) => {
      return [name, role, campaigns?.join(', ') ?? 'all', expiresAt, state];
    });
    around.stdout.write(`${tableOf(['name', 'role', 'campaigns', 'ends', 'state'], rows)}\n`);
  }
  return exitCodes.done;
}

/** `token revoke NAME`: ends it, and the sessions that were signed in with it. */
export async function revokeToken(name: string, around: Surroundings): Promise<number> {
  await using session = await openSession('look', around, () => {});
  await session.console.revokeToken(name);
  around.stdout.write(`The token ${name} is revoked.\n`);
  return exitCodes.done;
}
