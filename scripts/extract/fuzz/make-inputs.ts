import { type AdversarialInput, adversarialInputs } from '../../../packages/extract/src/testing/adversarial-inputs.ts';
import type { FoundInput } from '../../../packages/extract/src/testing/found-inputs.ts';
import type { Random } from '../random.ts';

export type Recipe = Omit<FoundInput, 'why'>;

const [longestSlice, mostParts] = [48, 4];

/**
 * An input that repeats something: pieces of the adversarial inputs and short slices of pages, joined at random, so that
 * patterns meet that nobody thought of together. Digits of pages are changed: their numbers are not ours to keep.
 */
export function makeRecipe(random: Random, pages: readonly Uint8Array[]): Recipe {
  const part = (): string =>
    random.next() < 0.5 ? sliceOf(random, pages) : pieceOf(random, random.pick(adversarialInputs));
  const parts = (most: number): string => Array.from({ length: random.below(most + 1) }, part).join('');
  return {
    before: parts(2),
    unit: `${part()}${parts(mostParts - 1)}` || ' ',
    after: random.next() < 0.3 ? part() : '',
  };
}

/** A page with some of its bytes changed, doubled, dropped or replaced by what is adversarial; at most `longest` bytes. */
export function mutatePage(random: Random, pages: readonly Uint8Array[], longest: number): Uint8Array {
  let page = Buffer.from(random.pick(pages)).subarray(0, longest);
  for (let change = 1 + random.below(8); change > 0; change--) {
    const at = random.below(page.length + 1);
    const to = Math.min(page.length, at + random.below(1 + random.pick([4, 200, 20_000])));
    const put = random.pick([
      () => Buffer.from(pieceOf(random, random.pick(adversarialInputs)), 'latin1'),
      () => Buffer.concat([page.subarray(at, to), page.subarray(at, to)]),
      () => Buffer.from([random.below(256)]),
      () => Buffer.from(random.pick(pages)).subarray(0, random.below(20_000)),
      () => Buffer.alloc(0),
    ])();
    page = Buffer.concat([page.subarray(0, at), put, page.subarray(to)]).subarray(0, longest);
  }
  return page;
}

function pieceOf(random: Random, { unit, before = '', after = '' }: AdversarialInput): string {
  const one = typeof unit === 'string' ? unit : unit(random.below(10_000));
  const piece = random.pick([one, one, one, before + one, one + after, before, after]);
  return Buffer.from(piece, 'utf8').toString('latin1');
}

function sliceOf(random: Random, pages: readonly Uint8Array[]): string {
  const page = random.pick(pages);
  const at = random.below(page.length);
  const slice = Buffer.from(page.subarray(at, at + 1 + random.below(longestSlice))).toString('latin1');
  return slice.replace(/\d/g, () => String(random.below(10)));
}
