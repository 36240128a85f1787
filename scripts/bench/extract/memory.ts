import { adversarialInputs, writeAdversarial } from '../../../packages/extract/src/testing/adversarial-inputs.ts';
import { measureMemory } from '../../../packages/extract/src/testing/measure-memory.ts';
import type { BenchContext } from '../bench.ts';

const size = 2 ** 22;
const inputsAtOnce = 12;

/** How much the process of a reader grows at most over each adversarial input, a reader for every few of them. */
export function reportMemory({ note, signal }: BenchContext): void {
  const rows: { name: string; times: number }[] = [];
  for (let first = 0; first < adversarialInputs.length; first += inputsAtOnce) {
    signal.throwIfAborted();
    const inputs = adversarialInputs.slice(first, first + inputsAtOnce);
    const pages = inputs.map((input) => new TextEncoder().encode(writeAdversarial(input, size)));
    const { growths } = measureMemory(pages);
    // The process grows and never shrinks: of those in one process the first that reached the most is the one to name.
    const most = Math.max(...growths.map((growth, index) => growth / (pages[index]?.length ?? size)));
    const worst = growths.findIndex((growth, index) => growth / (pages[index]?.length ?? size) >= most);
    rows.push({ name: inputs[worst]?.name ?? '', times: most });
  }
  rows.sort((a, b) => b.times - a.times);
  note(
    `Memory, ${adversarialInputs.length} adversarial inputs of ${size / 2 ** 20} MiB: the process grows by at most ` +
      `${rows[0]?.times.toFixed(1)} × the input. The most of every ${inputsAtOnce}: ` +
      `${rows.map(({ name, times }) => `${name} ${times.toFixed(1)}`).join(', ')}.`,
  );
}
