import { NumfleetError } from '@numfleet/contracts';
import { execa } from 'execa';

const ownNamespace = ['unshare', '--user', '--map-user=1000'] as const;

/**
 * The words to put before a Postgres command. Postgres refuses to run as root, and another user cannot reach a data
 * folder below a 0700 home; so root runs it in a user namespace, where it looks like an ordinary user and still owns
 * root's files. Throws `postgres-failed` where the system does not allow that.
 */
export async function unprivileged(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const [command, ...args] = ownNamespace;
  try {
    await execa(command, [...args, 'true'], { env, extendEnv: false, timeout: 10_000 });
    return ownNamespace;
  } catch (cause) {
    throw new NumfleetError(
      'postgres-failed',
      'Postgres refuses to run as root, and this system does not allow a user namespace (unshare --user) to run it in. ' +
        'Run Numfleet as an ordinary user, or set DATABASE_URL to a Postgres of your own.',
      { cause },
    );
  }
}
