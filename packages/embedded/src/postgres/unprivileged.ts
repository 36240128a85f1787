import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { NumfleetError } from '@numfleet/contracts';
import { execa } from 'execa';

/**
 * The words to put before a Postgres command. Postgres refuses to run as root and as a user without a name (a container
 * started with `--user 1234`), and another user could not reach a data folder below a 0700 home. So it then runs in a
 * user namespace, where it looks like an ordinary user with a name and still owns the files of the one who started it.
 * Throws `postgres-failed` where the system does not allow that.
 */
export async function unprivileged(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  if (process.getuid?.() !== 0 && hasName()) return [];
  const inNamespace = ['unshare', '--user', `--map-user=${await ordinaryUserId()}`];
  const [command = '', ...args] = inNamespace;
  try {
    await execa(command, [...args, 'true'], { env, extendEnv: false, timeout: 10_000 });
    return inNamespace;
  } catch (cause) {
    throw new NumfleetError(
      'postgres-failed',
      'Postgres refuses to run as root or as a user without a name, and this system does not allow a user namespace ' +
        '(unshare --user) to run it in. Run Numfleet as an ordinary user, or set DATABASE_URL to a Postgres of your own.',
      { cause },
    );
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Any user but root that the system has a name for; which one does not matter, since it gets no rights by it. */
async function ordinaryUserId(): Promise<string> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const ids = passwd.split('\n').map((line) => line.split(':')[2] ?? '');
  return ids.find((id) => /^[1-9][0-9]*$/.test(id)) ?? '65534';
}
