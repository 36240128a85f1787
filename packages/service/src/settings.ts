import { z } from 'zod';

/** One environment variable: what it must look like, what it is for, and whether its value may be shown. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  schema: T;
  about: string;
  secret?: boolean;
}

const port = z.coerce.number().int().min(0).max(65_535);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const milliseconds = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'expected a postgres:// URL' });
const collectorUrl = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' });
const folder = z.string().min(1);
const flag = z.enum(['0', '1']).transform((value) => value === '1');

/**
 * Every environment variable that Numfleet reads. The one schema behind the start, `numfleet doctor` and
 * `docs/configuration.md`; names are public interface (I12).
 */
export const settings = {
  DATABASE_URL: setting(postgresUrl.optional(), 'Postgres that holds the truth. Unset: Postgres is embedded.', true),
  REDIS_URL: setting(
    z.url({ protocol: /^rediss?$/, error: 'expected a redis:// URL' }).optional(),
    'Redis (6.2 or newer, or Valkey; maxmemory-policy noeviction) of the queues. Unset: they live in Postgres.',
    true,
  ),
  CHROMIUM_PATH: setting(z.string().min(1).optional(), 'The browser to render with. Unset: one is looked for.'),
  PLAYWRIGHT_BROWSERS_PATH: setting(
    z.string().min(1).optional(),
    'Where Playwright keeps its browsers. Unset: where it does by itself.',
  ),
  NUMFLEET_QUEUE_URL: setting(postgresUrl.optional(), 'Postgres database of the queues, when Redis is not used.', true),
  NUMFLEET_HOME: setting(folder.optional(), 'Folder for the embedded Postgres, keys and logs. Default: .numfleet.'),
  NUMFLEET_RUNTIME_DIR: setting(folder.optional(), 'Folder for what is unpacked once, such as the browser.'),
  NUMFLEET_KEYS_DIR: setting(folder.optional(), 'Folder of the key files. Default: keys under the home folder.'),
  NUMFLEET_MASTER_KEY: setting(
    z.string().min(1).optional(),
    'The master key, as the text of its file number-storage.key, for sink and console. Unset: the file in the key folder.',
    true,
  ),
  NUMFLEET_AUDIT_ANCHORS: setting(
    folder.optional(),
    "File that the audit's head is written to by interval, outside of the database. Default: audit-anchors.jsonl under the home folder.",
  ),
  NUMFLEET_CONTACT: setting(
    z.string().trim().min(3).max(200).optional(),
    'Who to write to about the crawl: a mail address or URL. Sent with every request; required for public hosts.',
  ),
  NUMFLEET_EGRESS_HOSTS: setting(
    z.string().default(''),
    'Hosts that resolve to a fixed address, the only way to a non-public one: shop.test=127.0.0.1:8080,…',
  ),
  NUMFLEET_DNS_SERVERS: setting(
    z
      .string()
      .regex(/^[\d.:[\]a-f, ]+$/i, 'expected addresses such as 192.0.2.53, [2001:db8::53]:5353')
      .transform((text) => text.split(',').map((server) => server.trim()))
      .optional(),
    'Name servers that hosts to crawl are looked up at. Unset: those of the system.',
  ),
  NUMFLEET_PROXY: setting(
    z
      .url({ protocol: /^https?$/, error: 'expected a URL such as http://user:password@proxy.example.org:3128' })
      .optional(),
    'Your own HTTP proxy, through which all but the hosts of NUMFLEET_EGRESS_HOSTS is reached: see docs/egress.md.',
    true,
  ),
  NUMFLEET_CONSOLE_PORT: setting(port.optional(), 'Port of the console. Default: 7300, or the next free one.'),
  NUMFLEET_CONSOLE_HOST: setting(z.string().min(1).default('127.0.0.1'), 'Address that the console listens on.'),
  NUMFLEET_CONSOLE_URL: setting(
    z
      .url({ protocol: /^https?$/, error: 'expected a URL such as https://numbers.example.org' })
      .refine(isSafeForSessions, 'expected https, but for loopback addresses')
      .optional(),
    'Address of the console as browsers reach it, behind a TLS proxy for instance. Unset: loopback addresses only.',
  ),
  NUMFLEET_CONSOLE_TOKEN_FILE: setting(folder.optional(), 'File of the token that opens the console.'),
  NUMFLEET_ADMIN_PORT: setting(port.default(0), 'Port of /livez, /readyz and /metrics. 0: a free one.'),
  NUMFLEET_ADMIN_HOST: setting(z.string().min(1).default('127.0.0.1'), 'Address that the admin port listens on.'),
  NUMFLEET_ADMIN_BASE_PORT: setting(
    port.optional(),
    'First admin port that a fleet on one machine takes. Default: 9400, or the next free ones.',
  ),
  NUMFLEET_SERVICE_NAME: setting(
    z
      .string()
      .regex(/^[a-z0-9-]{1,63}$/, 'expected lower-case letters, digits and dashes')
      .optional(),
    'Name of this process in logs and results. Default: the name of the app.',
  ),
  NUMFLEET_LOG_LEVEL: setting(
    z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    'Least level that is logged.',
  ),
  NUMFLEET_CRAWLERS: setting(count(1, 64).default(2), 'Crawler processes of a fleet on one machine.'),
  NUMFLEET_CRAWL_CONCURRENCY: setting(count(1, 256).default(8), 'Pages that one crawler works on at a time.'),
  NUMFLEET_BROWSER_PAGES: setting(count(1, 64).default(4), 'Pages that one browser renders at a time.'),
  NUMFLEET_WINDOW: setting(count(1, 100_000).default(128), 'Pages leased at a time: about 10 s of work (W, I8).'),
  NUMFLEET_JOB_DEADLINE_MS: setting(milliseconds(100, 600_000).default(30_000), 'Wall-clock budget of one page.'),
  NUMFLEET_LEASE_GRACE_MS: setting(
    milliseconds(1_000, 600_000).default(60_000),
    'How long after its deadline a lease runs out.',
  ),
  NUMFLEET_SEEN_FILTER_FROM: setting(
    count(1, 1_000_000_000).default(2_000),
    'Pages that a campaign knows when crawlers are first given a filter over them (G42).',
  ),
  NUMFLEET_RETRY_BACKOFF_MS: setting(
    milliseconds(100, 600_000).default(5_000),
    'Wait before a page that failed is tried again; four times as long after each failure more.',
  ),
  NUMFLEET_PAGE_MAX_BYTES: setting(count(1_024, 104_857_600).default(10_485_760), 'A body is cut here.'),
  NUMFLEET_DRAIN_MS: setting(
    milliseconds(0, 600_000).default(20_000),
    'How long a service may finish what it has begun before it gives it back.',
  ),
  NUMFLEET_TRACE_RATIO: setting(
    z.coerce.number().min(0).max(1).default(1),
    'Share of traces that is kept. Those in which something fails are kept besides.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    collectorUrl.optional(),
    'OpenTelemetry collector that spans go to, by OTLP over HTTP. Unset: they go to files under the home folder.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting(
    collectorUrl.optional(),
    'The same as a full URL, where it is not /v1/traces under the one above.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: setting(
    z.string().optional(),
    'Headers for the collector, such as its token: name=value,… percent-encoded.',
    true,
  ),
  NUMFLEET_LIFELINE_STDIN: setting(flag.default(false), 'Set by the supervisor: stop when standard input closes.'),
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** Set by the tests and by the guard script; known, so that a misspelt name can be told apart. */
export const foreignSettings = /^NUMFLEET_(CORPORA|LIFELINE|GUARD.*|TEST_.*)$/;

export type Config = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };

function setting<T extends z.ZodType>(schema: T, about: string, secret = false): Setting<T> {
  return { schema, about, secret };
}

/** A session's cookie must not cross a network in plain. */
function isSafeForSessions(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(url?.hostname ?? '');
}
