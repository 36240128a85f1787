/**
 * A measurement that can be repeated, in a file of its own under `benches/` and listed in `all-benches.ts`:
 *
 *     export const queue: Bench = {
 *       name: 'queue',
 *       what: 'jobs a second, added and processed, on Postgres and on Redis',
 *       async run({ use, compare }) {
 *         const postgres = use(await startPostgres(…));
 *         await compare({
 *           figures: { add: { unit: 'jobs/s', better: 'higher' } },
 *           variants: { postgres: async () => ({ add: … }), redis: … },
 *         });
 *       },
 *     };
 *
 * It measures real parts. What it starts it hands to `use`, which gives it back however the bench ends.
 */
export interface Bench {
  name: string;
  what: string;
  /** It may take; default 5. */
  minutes?: number;
  /** Left out where no bench is named. */
  onlyByName?: boolean;
  run(context: BenchContext): Promise<void>;
}

export interface BenchContext {
  /** Aborts when the bench's time is up, and at Ctrl-C. */
  signal: AbortSignal;
  /** Gives a part back when the bench is over. */
  use<Part extends AsyncDisposable | Disposable>(part: Part): Part;
  /** Measures variants side by side; may be called several times, for one table each. */
  compare<Figure extends string>(comparison: Comparison<Figure>): Promise<void>;
  /** How many pages were asked for (`--pages`), where a bench can do with more or fewer than it does by itself. */
  pages: number | null;
  /** A page with a picture, which `--html` writes to a folder. */
  draw(picture: Picture): void;
  /** A line below the tables: what the figures are of, sizes, what was left out. */
  note(line: string): void;
}

/** A page that needs nothing else, in a file of that name. */
export interface Picture {
  file: string;
  html: string;
}

export interface Comparison<Figure extends string> {
  /** Of the table; where there are several. */
  title?: string;
  figures: Record<Figure, FigureOf>;
  /** Each makes one run and gives its figures. They run in turn (A B A B …); ratios are to the first. */
  variants: Record<string, (signal: AbortSignal) => Promise<Record<Figure, number>>>;
  /** Runs of each that count. Default 5; `--rounds` overrides both. */
  rounds?: number;
  /** Whether one more goes before them and is thrown away. Default true. */
  warmUp?: boolean;
}

interface FigureOf {
  unit: string;
  better: 'higher' | 'lower';
}

/** What a comparison measured: every raw figure, in the order of the runs. */
export interface Measured {
  title: string | null;
  figures: Record<string, FigureOf>;
  /** By variant and figure. */
  runs: Record<string, Record<string, number[]>>;
  /** Rounds that were left out because the time was up. */
  roundsMissing: number;
}
