import { adversarialInputs, writeAdversarial } from '../../../packages/extract/src/testing/adversarial-inputs.ts';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, sumOverFleet } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';
import { comesOut, readPages } from './read-pages.ts';

/** Those of the extractor's own that are scripts, comments and the like without an end, or nearly numbers. */
const costly =
  /comment|CDATA|script|template|quote|backslash|escape|string|regular expression|unclosed|near-misses|single digits$/i;
const inputs = adversarialInputs.filter(({ name }) => costly.test(name));
/** Just above a bound of the metric's classes, and twice that: they are told apart by it. */
const sizes = { half: 2 ** 19 + 32, whole: 2 ** 20 + 64 } as const;
const classes = { half: '1MiB', whole: 'more' } as const;
type Size = keyof typeof sizes;

/** Twice the input may take so much more; other programs on the machine are why the best of some rounds counts. */
const mostGrowth = 2.2;
const rounds = 4;

const markup = 'http://markup.test/';
const alive = ['+442079460001', '+442079460002', '+442079460003', '+442079460004'];
/** Numbers in live strings, and others in what no reader or script ever sees. */
const html = `<p>Ring <!-- +44 151 496 0001 --><b>+44 20 7946 0001</b></p>
<script>
  // +44 151 496 0002
  /* "+44 151 496 0003" */
  const desk = "+44 20 7946 0002", pattern = /"+44 151 496 0004"/, bar = \`+44 20 7946 0003\`;
</script>
<script type="application/ld+json">{ "telephone": "+44 20 7946 0004" }</script>
<![CDATA[ +44 151 496 0005 ]]>
<template><p>+44 151 496 0006</p></template>
<style>p::after { content: "+44 151 496 0007" }</style>
<script><!-- <script> "+44 151 496 0008" </script> --></script>
<!-- +44 151 496 0009 <p>+44 151 496 0010</p>`;

/** Regular expressions went back and forth over scripts and comments. */
export const g32 = defineScenario<PagesField>({
  id: 'G32',
  title: 'Scripts and comments without an end, and numbers in dead markup',
  deadlineMs: 180_000,
  open: () => openPagesField(pages(), { env: { NUMFLEET_CRAWLERS: '1', NUMFLEET_CRAWL_CONCURRENCY: '1' } }),
  faults: [withoutEnd()],
});

function pages(): Map<string, string> {
  const written = (['half', 'whole'] as const).flatMap((size) =>
    inputs.map((input, n): [string, string] => [urlOf(size, n), writeAdversarial(input, sizes[size])]),
  );
  return new Map([[markup, html], ...written]);
}

const urlOf = (size: Size, n: number) => `http://without-end.test/${size}/${n}`;

function withoutEnd(): Fault<PagesField> {
  const metric = 'numfleet_page_extract_duration_seconds_count';
  return {
    title: `${inputs.length} pages of 1 MiB that are as costly as can be, and of half of it`,
    signal: {
      ...{ metric, labels: { size: classes.whole }, least: inputs.length, withinSeconds: 60 },
      elsewhere: { metric, labels: { size: '128KiB' } },
    },
    async inject(field) {
      return {
        async hold() {
          const found = await readPages(field, [markup]);
          const dead = comesOut(
            'live strings and JSON-LD are read, dead markup is not',
            new Map([[markup, alive]]),
            found,
          );
          return [dead, ...(await readTwice(field))];
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    defenceOff: { title: 'comments are taken out by a pattern', run: async () => [byPattern()] },
  };
}

async function readTwice(field: FleetField): Promise<Assertion[]> {
  const best = { half: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY };
  let failed = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const size of ['half', 'whole'] as const) {
      const before = await extractSeconds(field, size);
      const campaign = await crawl(
        field.fleet,
        inputs.map((_, n) => urlOf(size, n)),
      );
      const ended = await endedPages(field.fleet, campaign, 60_000);
      // Those without any text say the same, and are told to be copies once they have been read.
      failed += ended.filter(({ state }) => state === 'failed').length;
      best[size] = Math.min(best[size], (await extractSeconds(field, size)) - before);
    }
  }
  return [atMost('pages that failed', failed, 0, 'pages'), growth(best)];
}

async function extractSeconds(field: FleetField, size: Size): Promise<number> {
  const metric = 'numfleet_page_extract_duration_seconds_sum';
  return await sumOverFleet(field, { metric, labels: { size: classes[size] } });
}

function growth({ half, whole }: Record<Size, number>): Assertion {
  const times = whole / half;
  const measured = `${times.toFixed(2)} times (at most ${mostGrowth}): ${half.toFixed(3)} s, then ${whole.toFixed(3)} s`;
  return assertion('twice the input takes', times <= mostGrowth, measured);
}

function byPattern(): Assertion {
  const [comments] = inputs.filter(({ name }) => name === 'comments');
  const seconds = (length: number) => {
    const page = comments === undefined ? '' : writeAdversarial(comments, length);
    const before = performance.now();
    page.replace(/<!--[\s\S]*?-->/g, '');
    return (performance.now() - before) / 1_000;
  };
  seconds(sizes.half / 32);
  return growth({ half: seconds(sizes.half / 16), whole: seconds(sizes.whole / 16) });
}
