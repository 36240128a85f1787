/** A set-up that cannot go on: printed as one line, `numfleet: error [code] message`. The message says what to do. */
export class SetUpFailure extends Error {
  /**
   * @param {FailureCode} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'SetUpFailure';
    this.code = code;
  }
}

/**
 * Public interface, like the codes of `packages/contracts`, which cannot be imported before the set-up is done.
 *
 * @typedef {'platform-unsupported' | 'npm-missing' | 'folder-readonly' | 'disk-full' | 'network-unreachable'
 *   | 'registry-refused' | 'package-missing' | 'package-tampered' | 'lockfile-outdated' | 'tool-unusable'
 *   | 'lock-lost' | 'set-up-failed'} FailureCode
 */

const again = 'then run the same command again';
const seeLog = '(what it said: .runtime/set-up.log)';

/**
 * What npm, pnpm and the file system call the same few troubles, most telling first: a network that answers 404 is
 * no network that is away.
 *
 * @type {ReadonlyArray<{ signs: RegExp, code: FailureCode, advice: string }>}
 */
const troubles = [
  { signs: /ENOSPC|EDQUOT/, code: 'disk-full', advice: `there is no room left on the disk; free about 1 GB, ${again}` },
  {
    signs: /EACCES|EPERM|EROFS/,
    code: 'folder-readonly',
    advice: `this user may not write there; make the folder writable or copy Numfleet to one that is, ${again}`,
  },
  {
    signs: /\w*INTEGRITY/,
    code: 'package-tampered',
    advice:
      'a package is not the one that was pinned, so nothing of it was used; look at the registry in your npm configuration',
  },
  {
    signs: /\w*(OUTDATED_LOCKFILE|LOCKFILE_MISSING|NO_LOCKFILE|FROZEN_LOCKFILE)\w*/,
    code: 'lockfile-outdated',
    advice:
      'pnpm-lock.yaml does not fit the package.json files; run `.runtime/bin/pnpm install`, or undo your change to them',
  },
  {
    signs: /\b(E|\w+_FETCH_)40[13]\b/,
    code: 'registry-refused',
    advice: `the registry of your npm configuration refuses this user; sign in to it, ${again}`,
  },
  {
    signs: /\b(E|\w+_FETCH_)404\b|ETARGET|\w*NO_MATCHING_VERSION|ENOTCACHED/,
    code: 'package-missing',
    advice:
      'the registry of your npm configuration does not have a package of the pinned version; look at that configuration',
  },
  {
    signs: /ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|\w*(SOCKET|CERT|SIGNATURE|FETCH)\w*/,
    code: 'network-unreachable',
    advice: `the package registry cannot be reached; look at the connection, and at the proxy, registry and certificates of your npm configuration, ${again}`,
  },
];

/**
 * What npm or pnpm failed with, in one line.
 *
 * @param {string} doing what was being done
 * @param {string} said the error lines
 */
export function explain(doing, said) {
  for (const { signs, code, advice } of troubles) {
    const sign = signs.exec(said);
    if (sign !== null) return new SetUpFailure(code, `${doing} failed (${sign[0]}): ${advice} ${seeLog}`);
  }
  const [sign] = /\bE[A-Z0-9_]{3,}\b/.exec(said) ?? ['no reason given'];
  return new SetUpFailure('set-up-failed', `${doing} failed (${sign}) ${seeLog}`);
}

/**
 * Whatever a set-up threw, as the one line to print.
 *
 * @param {unknown} error
 */
export function toFailure(error) {
  if (error instanceof SetUpFailure) return error;
  const { code = '', path, message } = /** @type {NodeJS.ErrnoException} */ (error);
  const trouble = troubles.find(({ signs }) => signs.test(code));
  if (trouble === undefined) return new SetUpFailure('set-up-failed', message);
  return new SetUpFailure(trouble.code, `writing ${path ?? 'to this folder'} failed: ${trouble.advice}`);
}
