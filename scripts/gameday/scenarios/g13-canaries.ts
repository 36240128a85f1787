import { basename } from 'node:path';
import { adminAnswers, apiAnswers, bullBoard, connect, processTable, queueRows } from '@numfleet/e2e';
import { createLeakScanner, type Leak } from '@numfleet/leak';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { type CanarySite, startCanarySite } from '../inject/canary-site.ts';
import { editSource } from '../inject/edit-source.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, bytesOf, crawl, endedPages } from './measure.ts';

interface CanaryField extends FleetField {
  site: CanarySite;
}

/** A line such as one writes while looking for a defect, and forgets: the page goes to the log in an error. */
const carelessLine = {
  file: 'apps/crawler/src/crawl-page.ts',
  from: '      run.fetched(deps.classifyFetch(fetched));',
  to: `      run.fetched(deps.classifyFetch(fetched));
      if (fetched.kind === 'document') {
        const error = new Error(\`\${fetched.url} \${JSON.stringify(fetched.headers)} \${Buffer.from(fetched.body)}\`);
        deps.emit({ type: 'queue.error', queue: 'crawl', error });
      }`,
};
const withoutRedaction = {
  file: 'packages/telemetry/src/redact-value.ts',
  from: "return text.length <= maxTextLength && !mayHoldNumber(text) && !text.includes('@');",
  to: 'return true;',
};

/** 370,000 numbers stood in the logs. */
export const g13 = defineScenario<CanaryField>({
  id: 'G13',
  title: 'Numbers wherever a page can hold one, and a line of code that logs the page',
  deadlineMs: 240_000,
  open: openWithCanaries,
  faults: [canaries()],
});

async function openWithCanaries(): Promise<CanaryField> {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await startCanarySite());
  const field = stack.use(
    await openFleetField({
      egressHosts: site.egressHosts,
      env: {
        ...{ NUMFLEET_CRAWLERS: '1', NUMFLEET_LOG_LEVEL: 'debug', NUMFLEET_RETRY_BACKOFF_MS: '500' },
        ...editSource(carelessLine),
      },
      undefended: editSource(carelessLine, withoutRedaction),
    }),
  );
  const held = stack.move();
  return { ...field, site, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function canaries(): Fault<CanaryField> {
  const metric = 'numfleet_redactions_total';
  return {
    title: 'canaries in texts, URLs, headers, errors and scripts, and the careless line',
    signal: {
      ...{ metric, labels: { sink: 'log' }, least: 1, withinSeconds: 30 },
      elsewhere: { metric, labels: { sink: 'metric' } },
    },
    async inject(field) {
      return { hold: () => crawlAndSearch(field, field.site), async [Symbol.asyncDispose]() {} };
    },
    defenceOff: {
      title: 'the same line without redaction',
      run: async (field) => await crawlAndSearch(await field.undefended(), field.site),
    },
  };
}

async function crawlAndSearch(field: FleetField, site: CanarySite): Promise<Assertion[]> {
  const campaign = await crawl(field.fleet, site.seeds, { render: 'always' });
  const pages = await endedPages(field.fleet, campaign, 90_000);
  const read = pages.filter(({ rendered }) => rendered).length;
  const { leaks, bytes } = await search(field, campaign, Object.values(site.canaries));
  const places = Object.keys(site.canaries);
  const where = leaks.map(({ number, encoding, label }) => `${places[number]} (${encoding}) in ${basename(label)}`);
  return [
    assertion(
      'no canary is found',
      leaks.length === 0,
      `${leaks.length} leaks${where.map((one) => `, ${one}`).join('')}`,
    ),
    assertion('all was looked at', bytes > bytesOf(30), `${(bytes / bytesOf(1)).toFixed(0)} MiB`),
    assertion('pages were rendered', read > 0, `${read} of ${pages.length}`),
  ];
}

/** All that the fleet shows, and all that it keeps: logs, traces, profiles of browsers, the raw files of both databases. */
async function search({ fleet }: FleetField, campaign: string, numbers: readonly string[]) {
  const scanner = createLeakScanner({ numbers });
  await using admin = await connect(fleet.home, 'postgres');
  await admin.query('checkpoint');
  const surfaces = [
    ...[...(await queueRows(fleet.home)), ...(await bullBoard(fleet)), ...(await apiAnswers(fleet, campaign))],
    ...[...(await adminAnswers(fleet.home)), ...(await processTable(fleet))],
    { label: 'numfleet up', text: fleet.output() },
  ];
  const leaks: Leak[] = surfaces.flatMap(({ label, text }) => scanner.scanText(label, text));
  leaks.push(...(await scanner.scanFiles(fleet.home)));
  return { leaks, bytes: scanner.scanned().bytes };
}
