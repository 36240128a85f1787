import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { adversarialInputs, writeAdversarial } from '../../../packages/extract/src/testing/adversarial-inputs.ts';
import {
  type FoundInput,
  foundInputsFolder,
  largeSize,
  readFoundInputs,
  writeFound,
} from '../../../packages/extract/src/testing/found-inputs.ts';
import { hasCorpora, readPages } from '../../bench/extract/corpora.ts';
import { createRandom } from '../random.ts';
import { createJudge, millisecondsOf, type Reader, readAsPage, readAsText, shrink, throws } from './judge-input.ts';
import { makeRecipe, mutatePage, type Recipe } from './make-inputs.ts';

/**
 * `pnpm extract:fuzz [--seconds 60] [--seed N]`: reads inputs made at random until the time is up. None may throw, take
 * longer a MiB than 20 times a real page, take more than 2.2 times as long at twice the size, or leave memory behind. What
 * does is kept in `testing/found-inputs/`, which a test replays; exits 1 where anything was found.
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const mebibyte = 2 ** 20;
const [size, longestPage] = [mebibyte / 4, mebibyte / 2];
const mostLeft = 64 * mebibyte;
const pages = hasCorpora() ? readPages() : [Buffer.from('<p>Tel. <a href="tel:+12125550123">212 555 0123</a>')];

warmUp();
const judge = createJudge({ size, measureReal: millisecondsOfRealMebibyte });
const held = await createMemoryWatch();
const worst: { recipe: Recipe; timesReal: number }[] = [];
let [recipes, mutations, found] = [0, 0, 0];
const until = performance.now() + Number(values.seconds) * 1_000;
while (performance.now() < until) {
  const recipe = makeRecipe(random, pages);
  tryRecipe(recipe, recipes % 4 === 3 ? readAsText : readAsPage);
  recipes += 1;
  if (recipes % 2 === 0) tryPage(mutatePage(random, pages, longestPage));
  if (recipes % 100 === 0) tryLarge(recipe);
  if (recipes % 200 === 0) await held();
}
await report();

/** Mixed: a loop that the engine compiled for one input may be slow on the next. */
function warmUp(): void {
  for (const input of adversarialInputs) readAsPage(Buffer.from(writeAdversarial(input, size / 16)));
  for (const input of readFoundInputs()) readAsPage(writeFound(input, size / 16));
  for (const page of pages.slice(0, 100)) readAsPage(page);
}

function millisecondsOfRealMebibyte(): number {
  const some = Array.from({ length: 30 }, () => random.pick(pages));
  const bytes = some.reduce((sum, { length }) => sum + length, 0);
  return (millisecondsOf(() => some.forEach(readAsPage), 3) * mebibyte) / bytes;
}

function tryRecipe(recipe: Recipe, read: Reader): void {
  const { why, timesReal } = judge(recipe, read);
  worst.push({ recipe, timesReal });
  worst.sort((a, b) => b.timesReal - a.timesReal);
  worst.length = Math.min(worst.length, 5);
  if (why !== null) keep({ why, ...recipe });
}

/** Patterns that run out of stack do so at megabytes. */
function tryLarge(recipe: Recipe): void {
  if (throws(readAsPage, writeFound(recipe, largeSize))) keep({ why: 'threw', ...recipe });
}

function tryPage(page: Uint8Array): void {
  mutations += 1;
  if (!throws(readAsPage, page)) return;
  const before = Buffer.from(shrink(readAsPage, page)).toString('latin1');
  keep({ why: 'threw', before, unit: '', after: '' });
}

function keep(input: FoundInput): void {
  found += 1;
  const json = `${JSON.stringify(input, null, 2)}\n`;
  const name = `${input.why}-${createHash('sha256').update(json).digest('hex').slice(0, 12)}.json`;
  process.stdout.write(`${input.why}: ${name}\n`);
  writeFileSync(resolve(foundInputsFolder, name), json);
}

/**
 * What is held after collections beyond what was at first, MiB; throws where that is too much. Buffers are given back in turns of
 * the event loop, which the reading never lets come: after one collection a hundred MiB of them were still counted.
 */
async function createMemoryWatch(): Promise<() => Promise<number>> {
  const inUse = async (): Promise<number> => {
    for (let round = 0; round < 3; round++) {
      (globalThis as { gc?: () => void }).gc?.();
      await setTimeout(100);
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const first = await inUse();
  return async () => {
    const left = (await inUse()) - first;
    if (left > mostLeft) throw new Error(`Reading left ${Math.round(left / mebibyte)} MiB behind.`);
    return left / mebibyte;
  };
}

async function report(): Promise<void> {
  const lines = [
    `seed ${seed}: ${recipes} repeated patterns of ${size / 1_024} KiB, ${mutations} changed pages; ${found} found`,
    `a MiB of real pages takes ${millisecondsOfRealMebibyte().toFixed(1)} ms of processor time; the slowest patterns take`,
    ...worst.map(({ recipe, timesReal }) => `  ${timesReal.toFixed(1)} times as long: ${JSON.stringify(recipe)}`),
    `memory held at the end beyond that at the start: ${(await held()).toFixed(1)} MiB`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = found > 0 ? 1 : 0;
}
