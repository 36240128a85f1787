/**
 * Every code that Numfleet puts into a result, a dead letter, an API error or a line on stderr, and what it means.
 * Codes are public interface (I12): add, never rename. They are label values, so the set is closed.
 */

/** Why a page failed, was excluded or was cut. Stored with the page and shown by `numfleet page`. */
export const pageCodes = {
  // the network
  'dns-failed': 'the host name did not resolve',
  'connect-failed': 'no connection could be made',
  'connection-lost': 'the connection broke before the page was complete',
  'tls-failed': 'the TLS handshake or certificate was refused',
  'address-refused': 'the address is not public, so the egress guard refused it',
  'proxy-failed': 'the proxy of NUMFLEET_PROXY is not to be had, or refuses to connect',
  'contact-missing': 'the host is public and NUMFLEET_CONTACT is not set, so nothing was asked of it',
  'too-many-redirects': 'more redirects than are followed in one fetch',
  'fetch-timeout': 'the page did not arrive before its deadline',
  // the answer
  'http-client-error': 'the host answered 4xx',
  'http-server-error': 'the host answered 5xx',
  throttled: 'the host asked for fewer requests (429 or 503 with Retry-After)',
  blocked: 'the host answered with a block or challenge page, which nothing is done to get around',
  'not-html': 'the content type is none that phone numbers are read from',
  'too-large': 'the body was cut at its limit',
  'malformed-response': 'the answer is not valid HTTP',
  'head-too-large': 'the head of the answer has more than 64 KiB or 256 fields',
  // reading it
  'render-timeout': 'the browser did not finish the page before its deadline',
  'render-crashed': 'the page crashed its browser',
  'render-incomplete': 'scripts or data of its own site failed in the browser, and nothing was found without them',
  'browser-missing': 'the page wants a browser and none is to be had',
  'extract-timeout': 'reading the page took longer than its deadline',
  'result-too-large': 'the result did not fit the queue even after cuts',
  'internal-error': 'a defect of Numfleet; the worker log has the stack',
  // the worker
  poison: 'the page ended its worker three times and is quarantined',
  'worker-lost': 'the worker ended or hung before it answered',
  // not fetched at all
  'robots-disallowed': "the host's robots.txt forbids it",
  'robots-unreachable': "the host's robots.txt could not be had, so nothing of it is fetched",
  'host-stalled': 'for longer than is waited, the host gave nothing but refusals, so the campaign is done with it',
  'out-of-scope': "outside the campaign's scope",
  'too-deep': "deeper than the campaign's depth",
  denied: "matched by the campaign's deny, or missed by its allow expression",
  'page-budget': "the campaign's page budget is spent",
  'time-budget': "the campaign's time was over before the page was fetched",
  noindex: 'it asks not to be kept (meta robots or X-Robots-Tag): its numbers are dropped, its links are not',
  'trap-path': 'its path goes in circles, or has more than 50 parts: a site that answers at any address',
  'trap-calendar': 'a date that a calendar was turned to: too far away, or one more than is followed of that calendar',
  'trap-facets':
    'one more combination of parameters of its path than is followed, or more parameters than any page has',
  'duplicate-content':
    'it says what ten pages of its host had said before, so its links are not followed; its numbers are kept',
  'no-sitemap': 'there is no sitemap at that address, or what is there is none',
  'sitemap-foreign': "listed by another host's sitemap, which the robots.txt of its own host does not name",
  'sitemap-limit': 'one sitemap more than is read of a host, or nested deeper than is followed',
  'url-unsupported': 'not an http or https URL, or longer than 2,048 characters',
  'campaign-cancelled': 'the campaign was cancelled before the page was fetched',
} as const;

export type PageCode = keyof typeof pageCodes;
export const pageCodeList = Object.keys(pageCodes) as [PageCode, ...PageCode[]];

/** Why a message was set aside instead of being processed. */
export const deadLetterCodes = {
  'contract-invalid': 'does not match the contract of its queue',
  'contract-version': 'of a contract version that this service does not speak',
  'seal-invalid': 'sealed findings that do not open under the key and page they claim',
  'commit-failed': 'refused by the database for a reason that a repetition will not cure',
} as const;

export type DeadLetterCode = keyof typeof deadLetterCodes;

/** What goes wrong between Numfleet and its operator. Each is printed with a message that says what to do. */
export const operatorCodes = {
  'config-invalid': 'a configuration value is wrong',
  usage: 'the command line is wrong',
  'url-malformed': 'not a URL that can be crawled',
  'contact-missing': 'crawling a public host needs NUMFLEET_CONTACT',
  'purpose-missing': 'a purpose is required',
  'campaign-unknown': 'there is no such campaign',
  'campaign-state': 'the campaign is not in a state that allows this',
  'page-unknown': 'the campaign never saw that URL',
  'fleet-not-running': 'no fleet runs on this folder',
  'fleet-running': 'another fleet runs on this folder',
  'fleet-unhealthy': 'the fleet did not become ready, or lost a part it cannot do without',
  'port-in-use': 'the port is taken',
  'folder-readonly': 'the folder cannot be written',
  'key-missing': 'a key is missing',
  'key-wrong': 'a key does not open what is stored',
  'browser-missing': 'no browser was found',
  'postgres-failed': 'Postgres did not start or cannot be reached',
  'queue-unavailable': 'the queue cannot be reached',
  'redis-unsuitable': 'this Redis would lose messages, or is too old',
  'schema-newer': 'the database was migrated by a newer Numfleet',
  unauthorized: 'the token is missing or wrong',
  forbidden: 'a signed-in browser may not do this, or not from that page',
  'too-many-reveals': 'more was shown to this token within the hour than is allowed',
  'number-malformed': 'that is not one phone number',
  'token-unknown': 'no token of that name is in force',
  'request-invalid': 'the request does not match the API',
  'request-too-large': 'the request body is over its limit',
  'method-unsupported': 'that address does not answer this method',
  'media-unsupported': 'the body is of a type or encoding that is not read',
  'trace-unknown': 'no span of that trace is kept on this machine',
  'not-found': 'there is nothing at that address',
  'file-unreadable': 'the file cannot be read',
  'file-unwritable': 'the file cannot be written, or is there already',
  'passphrase-wrong': 'the passphrase is too short, was mistyped or does not open the file',
  'backup-damaged': 'the backup is cut or was changed',
  'audit-broken': 'the audit is not as it was written',
  'deadline-exceeded': 'it took longer than its deadline',
  aborted: 'it was interrupted',
  'loop-ended': 'a loop that must not end has ended without an error',
  'internal-error': 'a defect of Numfleet',
} as const;

export type OperatorCode = keyof typeof operatorCodes;
export type ErrorCode = PageCode | DeadLetterCode | OperatorCode;
export const errorCodes: ReadonlySet<string> = new Set(
  Object.keys({ ...pageCodes, ...deadLetterCodes, ...operatorCodes }),
);
