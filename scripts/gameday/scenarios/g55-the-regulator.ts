import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, until } from '@numfleet/e2e';
import { createAuditChain, createCertifier, loadInsideKeys, readAnchors } from '@numfleet/privacy/inside';
import { type AuditVerdict, createStore, verifyAudit } from '@numfleet/store';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { signalPart } from '../inject/signals.ts';
import { assertion, crawl, endedPages } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';

/** One number in the forms that pages write it in, and on each page another that nobody objects to. */
const written = [
  '+44 20 7946 0123',
  '0044-20-7946-0123',
  '+44 (0)20 7946 0123',
  '＋４４ ２０ ７９４６ ０１２３',
  '<a href="tel:+442079460123">call</a>',
  '+44 20 7946 0123 ext. 45',
];
const host = 'subject.test';
const others = written.length;

/** A regulator asked where each number was, who had seen it and whether it was forgotten; there was no answer. */
export const g55 = defineScenario<PagesField>({
  id: 'G55',
  title: 'A person objects, and the owner of the database rewrites the audit',
  deadlineMs: 180_000,
  open: () => openPagesField(pages, { env: { NUMFLEET_CRAWLERS: '1' } }),
  faults: [objection(), rewrittenAudit()],
});

const pages = new Map(
  written.map((number, n) => {
    const html = `<meta charset="utf-8"><p>Ring ${number}.</p><p>Or +44 151 496 00${n}0.</p>`;
    return [`http://${host}/${n}`, html];
  }),
);
const seeds = [...pages.keys()];

/** Everything of it: the number with its extension, without it, and those that nobody objects to. */
async function crawlAll({ fleet }: PagesField): Promise<string> {
  const campaign = await crawl(fleet, seeds);
  await endedPages(fleet, campaign, 30_000);
  return campaign;
}

function objection(): Fault<PagesField> {
  return {
    title: 'a number is erased, and its pages are crawled again',
    signal: {
      metric: 'numfleet_findings_suppressed_total',
      labels: {},
      least: written.length,
      withinSeconds: 30,
      elsewhere: { metric: 'numfleet_loop_failures_total', labels: {} },
    },
    async inject(field) {
      const before = await crawlAll(field);
      const certificate = await erase(field);
      return {
        async hold() {
          const again = await crawlAll(field);
          const trace = await ask(field, '/numbers/trace', { number: '+442079460123', purpose: 'game day' });
          const { suppression } = await keysOf(field);
          const actions = trace.events.map(({ action }: { action: string }) => action);
          return [
            await numbersOf(field, before),
            await numbersOf(field, again),
            assertion(
              'the certificate tells what went',
              certificate.erased.numbers === 2 && createCertifier({ key: suppression }).isGenuine(certificate),
              `${certificate.erased.numbers} numbers, ${certificate.erased.sightings} sightings`,
            ),
            assertion(
              'its trace tells of the erasure',
              trace.suppressed?.reason === 'erased' && actions.includes('number.erased'),
              actions.join(', ') || 'nothing',
            ),
          ];
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    defenceOff: {
      title: 'without suppressions',
      async run(field) {
        await using truth = await connect(field.fleet.home, 'numfleet');
        await truth.query('delete from suppressions');
        return [await numbersOf(field, await crawlAll(field))];
      },
    },
  };
}

async function numbersOf({ fleet }: PagesField, campaign: string): Promise<Assertion> {
  await using truth = await connect(fleet.home, 'numfleet');
  const rows = await truth.query('select from numbers where campaign_id = $1', [campaign]);
  const measured = `${rows.length} numbers (${others} that nobody objects to)`;
  return assertion(`numbers of campaign ${campaign}`, rows.length === others, measured);
}

async function erase(field: PagesField) {
  const report = await ask(field, '/numbers/erase', { numbers: ['(020) 7946 0123'], region: 'GB', reason: 'game day' });
  return report.certificate;
}

async function ask({ fleet }: PagesField, path: string, body: object) {
  const response = await fetch(`${fleet.api.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fleet.api.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return JSON.parse(await response.text());
}

function rewrittenAudit(): Fault<PagesField> {
  return {
    title: "the end of the audit is cut off by the database's owner",
    signal: {
      metric: 'numfleet_audit_broken_total',
      labels: {},
      least: 1,
      withinSeconds: 20,
      elsewhere: { metric: 'numfleet_loop_failures_total', labels: {} },
    },
    async inject(field) {
      const before = await verify(field);
      await writeHeadDown(field);
      const events = await cutOff(field);
      return {
        async hold() {
          const after = await verify(field);
          const kinds = after.faults.map(({ kind }) => kind).join(', ');
          return [
            assertion('it was whole before', before.faultCount === 0, `${before.faultCount} faults`),
            assertion('`audit verify` finds it', kinds.includes('truncated'), kinds || 'nothing'),
            assertion('something was cut off', events > 0, `${events} events`),
          ];
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    defenceOff: {
      title: 'without the heads that were written down',
      async run(field) {
        const file = anchorsOf(field);
        const kept = await readFile(file);
        await writeFile(file, '');
        const { faultCount } = await verify(field);
        await appendFile(file, kept);
        return [assertion('`audit verify` finds it', faultCount > 0, `${faultCount} faults`)];
      },
    },
  };
}

const anchorsOf = ({ fleet }: PagesField) => join(fleet.home, 'audit-anchors.jsonl');

/** Exports are in the audit and in no counter; the scheduler writes the head down as it ends. */
async function writeHeadDown(field: PagesField): Promise<void> {
  const count = async () => (await readAnchors(anchorsOf(field))).anchors.length;
  await using truth = await connect(field.fleet.home, 'numfleet');
  await field.fleet.api.get('/api/v1/campaigns/1/numbers');
  await until('the export to be sealed', 10_000, async () => {
    const rows = await truth.query(`select from audit_events e join audit_seals s on s.event_id = e.id
      where e.action = 'numbers.exported.ended'`);
    return rows.length > 0;
  });
  const before = await count();
  await signalPart(field.fleet, { service: 'scheduler' }, 'SIGTERM');
  await until('the head to be written down', 30_000, async () => (await count()) > before);
}

/** The export, as if nobody had made it. */
async function cutOff({ fleet }: PagesField): Promise<number> {
  await using truth = await connect(fleet.home, 'numfleet');
  for (const table of ['audit_events', 'audit_seals']) await truth.query(`alter table ${table} disable trigger user`);
  const gone = await truth.query(
    `with first as (select min(id) as id from audit_events where action = 'numbers.exported'), events as (
       delete from audit_events where id >= (select id from first) returning id
     ) delete from audit_seals where event_id in (select id from events) returning seq`,
  );
  for (const table of ['audit_events', 'audit_seals']) await truth.query(`alter table ${table} enable trigger user`);
  return gone.length;
}

async function verify(field: PagesField): Promise<AuditVerdict> {
  const { audit } = await keysOf(field);
  const { anchors } = await readAnchors(anchorsOf(field));
  const folder = join(field.fleet.home, 'postgres');
  const password = JSON.parse(await readFile(join(folder, 'passwords.json'), 'utf8')).postgres;
  const port = (await readFile(join(folder, 'port'), 'utf8')).trim();
  const connectionString = `postgres://postgres:${password}@127.0.0.1:${port}/numfleet`;
  await using store = createStore({ connectionString, applicationName: 'game day', max: 1 });
  return await verifyAudit(store, { sealOf: createAuditChain({ key: audit }).sealOf, anchors });
}

async function keysOf({ fleet }: PagesField) {
  return await loadInsideKeys(join(fleet.home, 'keys'), ['audit', 'suppression']);
}
