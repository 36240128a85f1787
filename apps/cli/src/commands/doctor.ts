import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBrowserPool, findChromium } from '@numfleet/browser';
import { errorCodeOf, NumfleetError } from '@numfleet/contracts';
import { checkOperatorProxy } from '@numfleet/egress';
import { findFleet } from '@numfleet/embedded/find-fleet';
import { dataVersions } from '@numfleet/extract/data-versions';
import { keyIds, keyNames } from '@numfleet/privacy/inside';
import { inspectRedis, queueConnection } from '@numfleet/queue';
import { settings, version } from '@numfleet/service';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';

type Verdict = 'ok' | 'note' | 'bad';

interface Check {
  name: string;
  verdict: Verdict;
  about: string;
}

/** `doctor`: what is there, what is missing, and what the configuration is. Exits 1 when something is bad. */
export async function doctor(options: { json?: boolean }, around: Surroundings): Promise<number> {
  const checks = [
    nodeCheck(),
    await homeCheck(around),
    await browserCheck(around),
    await keysCheck(around),
    await queueCheck(around),
    await fleetCheck(around),
    numberingCheck(Date.now()),
    await proxyCheck(around),
    contactCheck(around),
    zonesCheck(around),
  ];
  const configuration = Object.entries(settings).map(([name, setting]) => ({
    name,
    value: shown(name, around),
    ...setting,
  }));
  if (options.json) {
    for (const check of checks) around.stdout.write(`${JSON.stringify(check)}\n`);
  } else {
    around.stdout.write(`numfleet ${version}\n\n`);
    for (const { name, verdict, about } of checks)
      around.stdout.write(`${verdict.padEnd(5)} ${name.padEnd(9)} ${about}\n`);
    around.stdout.write('\nConfiguration\n');
    for (const { name, value, about } of configuration) around.stdout.write(`  ${name}=${value}\n      ${about}\n`);
  }
  return checks.some((check) => check.verdict === 'bad') ? exitCodes.failed : exitCodes.done;
}

function nodeCheck(): Check {
  const tested = process.platform === 'linux' && process.arch === 'x64';
  const about = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  return {
    name: 'machine',
    verdict: tested ? 'ok' : 'note',
    about: tested ? about : `${about}: written for, not tested`,
  };
}

async function homeCheck({ home }: Surroundings): Promise<Check> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await access(home, constants.W_OK);
    return { name: 'home', verdict: 'ok', about: home };
  } catch {
    return { name: 'home', verdict: 'bad', about: `${home} cannot be written. Mend its rights or set NUMFLEET_HOME.` };
  }
}

/** Starts one, for only that tells whether it runs here and within its sandbox. */
async function browserCheck({ config, runtimeDir }: Surroundings): Promise<Check> {
  const runDir = await mkdtemp(path.join(tmpdir(), 'numfleet-doctor-'));
  try {
    const chromium = await findChromium({
      chromiumPath: config.CHROMIUM_PATH,
      playwrightBrowsers: config.PLAYWRIGHT_BROWSERS_PATH,
      runtimeDir,
    });
    await using pool = createBrowserPool({ chromium, runDir, ...idle });
    await pool.warm();
    const { sandbox } = await pool.state();
    const about = `${chromium.kind} ${chromium.version}: ${chromium.executablePath}`;
    if (sandbox?.on) return { name: 'browser', verdict: 'ok', about: `${about}, sandboxed` };
    return { name: 'browser', verdict: 'note', about: `${about}. ${sandbox?.reason ?? ''}` };
  } catch (error) {
    const about = error instanceof NumfleetError ? error.message : errorCodeOf(error);
    return { name: 'browser', verdict: 'bad', about };
  } finally {
    await rm(runDir, { recursive: true, force: true });
  }
}

/** A browser that is only started goes nowhere. */
const idle = {
  proxy: {
    server: 'http://127.0.0.1:9',
    issuePass: () => {
      throw new NumfleetError('internal-error', 'This browser is to load no page.');
    },
  },
  userAgent: 'Numfleet',
  locale: 'en-GB',
  maxPages: 1,
  emit: () => {},
};

async function keysCheck({ config, home }: Surroundings): Promise<Check> {
  const dir = config.NUMFLEET_KEYS_DIR ?? `${home}/keys`;
  try {
    const present = Object.keys(await keyIds(dir)).length;
    if (present === 0) return { name: 'keys', verdict: 'note', about: 'none yet; the first start makes them' };
    const whole = present === keyNames.length;
    const about = whole ? `${present} keys in ${dir}` : `only ${present} of ${keyNames.length} keys are in ${dir}`;
    return { name: 'keys', verdict: whole ? 'ok' : 'bad', about };
  } catch (error) {
    return { name: 'keys', verdict: 'bad', about: error instanceof NumfleetError ? error.message : errorCodeOf(error) };
  }
}

async function queueCheck({ config }: Surroundings): Promise<Check> {
  const { REDIS_URL: redis, NUMFLEET_QUEUE_URL: postgres } = config;
  if (redis === undefined) {
    return { name: 'queue', verdict: 'ok', about: postgres === undefined ? 'the embedded Postgres' : 'Postgres' };
  }
  try {
    const { server, policy } = await inspectRedis(queueConnection({ redis }).url);
    if (policy !== null) return { name: 'queue', verdict: 'ok', about: `${server}, maxmemory-policy ${policy}` };
    const about = `${server}, which does not tell its maxmemory-policy: it must be noeviction`;
    return { name: 'queue', verdict: 'note', about };
  } catch (error) {
    const about = error instanceof NumfleetError ? error.message : errorCodeOf(error);
    return { name: 'queue', verdict: 'bad', about };
  }
}

async function fleetCheck({ home }: Surroundings): Promise<Check> {
  const found = await findFleet(home);
  const about = found === null ? 'none runs here' : `pid ${found.pid}, console ${found.consoleUrl ?? 'starting'}`;
  return { name: 'fleet', verdict: 'ok', about };
}

const day = 86_400_000;
/** Several countries change their plans in any half year. */
const freshDays = 180;

function numberingCheck(now: number): Check {
  const { libphonenumber, released } = dataVersions;
  const age = Math.max(0, Math.floor((now - Date.parse(released)) / day));
  const about = `metadata of libphonenumber-js ${libphonenumber}, ${age} days old (${released})`;
  if (age <= freshDays) return { name: 'numbering', verdict: 'ok', about };
  return { name: 'numbering', verdict: 'note', about: `${about}: a newer release of numfleet may know more numbers` };
}

async function proxyCheck({ config }: Surroundings): Promise<Check> {
  if (config.NUMFLEET_PROXY === undefined)
    return { name: 'proxy', verdict: 'ok', about: 'none: the web is reached directly' };
  try {
    await checkOperatorProxy(new URL(config.NUMFLEET_PROXY));
    return { name: 'proxy', verdict: 'ok', about: 'the proxy of NUMFLEET_PROXY takes connections' };
  } catch (error) {
    return {
      name: 'proxy',
      verdict: 'bad',
      about: error instanceof NumfleetError ? error.message : errorCodeOf(error),
    };
  }
}

function contactCheck({ config }: Surroundings): Check {
  if (config.NUMFLEET_CONTACT !== undefined) return { name: 'contact', verdict: 'ok', about: config.NUMFLEET_CONTACT };
  return { name: 'contact', verdict: 'note', about: 'NUMFLEET_CONTACT is not set: public hosts cannot be crawled' };
}

function zonesCheck({ config }: Surroundings): Check {
  if (config.DATABASE_URL !== undefined) return { name: 'zones', verdict: 'ok', about: 'Postgres is not embedded' };
  const about = 'on one machine the zones are no security boundary: one user runs all, and can read the keys';
  return { name: 'zones', verdict: 'note', about };
}

function shown(name: string, { config }: Surroundings): string {
  const value = config[name as keyof typeof config];
  if (value === undefined || value === '') return '(unset)';
  return settings[name as keyof typeof settings].secret ? '(set, not shown)' : String(value);
}
