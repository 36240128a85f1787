import type { SignalSpec } from './watch-signal.ts';

/** Something that must be true of a fleet under a fault, with what was measured. */
export interface Assertion {
  name: string;
  holds: boolean;
  /** The figure and its bound: `growth 12 MiB (at most 64)`. */
  measured: string;
}

/** What a signal is read from: each process's `/metrics`, by service name. A process that does not answer is left out. */
export type Scrape = () => Promise<ReadonlyMap<string, string>>;

/** The fleet that a scenario's faults are injected into. */
export interface Field extends AsyncDisposable {
  scrape: Scrape;
}

/** A fault that is in; disposing of it undoes it. */
interface Injection extends AsyncDisposable {
  /** Looks while the fault lasts. */
  hold(): Promise<Assertion[]>;
}

/** One way of hurting the fleet, what must hold all the same, and what must say so. */
export interface Fault<F extends Field> {
  title: string;
  inject(field: F, stop: AbortSignal): Promise<Injection>;
  signal: SignalSpec;
  /** The same harm with the defence off: at least one assertion must fail, or they prove nothing. */
  defenceOff: {
    title: string;
    run(field: F, stop: AbortSignal): Promise<Assertion[]>;
  };
}

export interface Scenario {
  id: string;
  title: string;
  /** For all of its faults, the start of the fleet included, ms. */
  deadlineMs: number;
  faults: readonly string[];
  play(game: Game): Promise<FaultResult[]>;
}

/** What a scenario is played in. */
export interface Game {
  stop: AbortSignal;
  onStep(step: { fault: string; doing: string }): void;
  onResult(result: FaultResult): void;
}

/** A control that must fail, and whether it did. */
export interface ControlResult {
  title: string;
  failedAsItMust: boolean;
  detail: string;
}

export interface FaultResult {
  id: string;
  fault: string;
  injected: boolean;
  survived: boolean;
  assertions: Assertion[];
  signal: SignalSpec & { rose: boolean; seconds: number | null };
  controls: ControlResult[];
  /** Of the signal: seconds since the injection, and how far it has risen. */
  samples: { at: number; value: number }[];
  /** What went wrong with the game itself. */
  error: string | null;
}

export function passed({ error, injected, survived, signal, controls }: FaultResult): boolean {
  const controlsFail = controls.length > 0 && controls.every(({ failedAsItMust }) => failedAsItMust);
  return error === null && injected && survived && signal.rose && controlsFail;
}
