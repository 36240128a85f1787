import { type Item, type Parameters, parseDictionary, parseList } from 'structured-headers';

/** Longer ones are not read: nobody who means it needs more. */
const maxLength = 1_000;

/**
 * How long to wait by `RateLimit` and `RateLimit-Policy`, ms; null where something remains, or where they are not what
 * the draft says. Until draft 7 the field was a dictionary (`limit=100, remaining=0, reset=30`), since then it is a list
 * of policies (`"burst";r=0;t=30`). A policy that is spent and does not say until when is waited for by its window, `w`.
 */
export function fromRateLimitFields(limit: string | undefined, policy: string | undefined): number | null {
  if (limit === undefined || limit.length > maxLength) return null;
  const older = spentDictionary(limit);
  if (older !== null) return older;
  const windows = new Map(itemsOf(policy).map(([name, parameters]) => [String(name), quantity(parameters, 'w')]));
  const waits = itemsOf(limit)
    .filter(([, parameters]) => quantity(parameters, 'r') === 0)
    .map(([name, parameters]) => quantity(parameters, 't') ?? windows.get(String(name)) ?? null)
    .filter((seconds) => seconds !== null);
  return waits.length === 0 ? null : Math.max(...waits) * 1_000;
}

/** A plain decimal of seconds or a count; null for everything else, `Infinity` and `-1` among it. */
export function decimal(value: string | undefined): number | null {
  const text = value?.trim() ?? '';
  return /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

function spentDictionary(field: string): number | null {
  const members = orNull(() => parseDictionary(field));
  if (members?.get('remaining')?.[0] !== 0) return null;
  const reset = members.get('reset')?.[0];
  return typeof reset === 'number' && reset >= 0 ? reset * 1_000 : null;
}

function itemsOf(field: string | undefined): Item[] {
  if (field === undefined || field.length > maxLength) return [];
  return (orNull(() => parseList(field)) ?? []).filter((member): member is Item => !Array.isArray(member[0]));
}

function quantity(parameters: Parameters, key: string): number | null {
  const value = parameters.get(key);
  return typeof value === 'number' && value >= 0 ? value : null;
}

function orNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
