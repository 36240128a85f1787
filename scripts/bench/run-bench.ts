import { errorCodeOf } from '@numfleet/contracts';
import { abandonOnAbort, createDeadline } from '@numfleet/service';
import type { Bench, Comparison, Measured, Picture } from './bench.ts';
import { loadOfMachine } from './machine-facts.ts';
import type { Progress } from './progress.ts';

const defaultMinutes = 5;
const defaultRounds = 5;

export interface BenchReport {
  name: string;
  what: string;
  measured: Measured[];
  notes: string[];
  pictures: Picture[];
  seconds: number;
  /** Of the machine, over the last minute, before and after: above the number of its cores the figures say little. */
  load: { before: number; after: number };
  error: string | null;
}

export interface Around {
  signal: AbortSignal;
  progress: Progress;
  rounds?: number;
  pages?: number;
}

/** Runs one bench within its time. A bench that fails or runs out of time is reported with what it has measured. */
export async function runBench(bench: Bench, around: Around): Promise<BenchReport> {
  const { name, what } = bench;
  const startedAt = performance.now();
  const before = loadOfMachine();
  const [measured, notes, pictures]: [Measured[], string[], Picture[]] = [[], [], []];
  let error: string | null = null;
  using deadline = createDeadline((bench.minutes ?? defaultMinutes) * 60_000, { signal: around.signal });
  try {
    await using parts = new AsyncDisposableStack();
    await abandonOnAbort(
      bench.run({
        signal: deadline.signal,
        use: (part) => parts.use(part),
        note: (line) => void notes.push(line),
        pages: around.pages ?? null,
        draw: (picture) => void pictures.push(picture),
        compare: (comparison) => compare(comparison, measured, { ...around, signal: deadline.signal }),
      }),
      deadline.signal,
    );
  } catch (cause) {
    error = deadline.signal.aborted ? errorCodeOf(deadline.signal.reason) : String(cause);
  } finally {
    around.progress.stop();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { name, what, measured, notes, pictures, seconds, load: { before, after: loadOfMachine() }, error };
}

/** Runs the variants in turn, so that what changes on the machine in the meantime changes for all of them. */
async function compare<Figure extends string>(
  comparison: Comparison<Figure>,
  measured: Measured[],
  { signal, progress, rounds = comparison.rounds ?? defaultRounds }: Around,
): Promise<void> {
  const { title = null, figures, variants, warmUp = true } = comparison;
  const names = Object.keys(variants);
  const figureNames = Object.keys(figures) as Figure[];
  const runs: Record<string, Record<string, number[]>> = {};
  for (const name of names) runs[name] = Object.fromEntries(figureNames.map((figure) => [figure, []]));
  const table: Measured = { title, figures, runs, roundsMissing: rounds };
  measured.push(table);
  progress.expect((rounds + (warmUp ? 1 : 0)) * names.length);
  for (let round = warmUp ? 0 : 1; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(variants)) {
      const got = await abandonOnAbort(run(signal), signal);
      progress.step(round === 0 ? `${name} (warming up)` : name);
      if (round === 0) continue;
      for (const figure of figureNames) runs[name]?.[figure]?.push(got[figure]);
    }
    if (round > 0) table.roundsMissing -= 1;
  }
}
