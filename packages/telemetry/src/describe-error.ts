const maxOwnProperties = 20;
const inherited = ['code', 'message', 'stack', 'cause', 'errors'];

/**
 * What is worth knowing of an error, as key and value: its type, then code, message, stack, cause and the errors of an
 * AggregateError where it has them, then up to 20 properties of its own (`errno`, `syscall`, Postgres' `constraint`).
 */
export function* describeError(error: Error): Iterable<readonly [string, unknown]> {
  yield ['type', read(error, 'name')];
  for (const key of [...inherited, ...Object.keys(error).slice(0, maxOwnProperties)]) {
    const value = key === 'name' ? undefined : read(error, key);
    if (value !== undefined) yield [key, value];
  }
}

function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return '[unreadable]';
  }
}
