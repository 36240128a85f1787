import type { FaultResult } from '../frame/scenario.ts';

/** What a run of the game day is written as. */
export interface GameDay {
  /** ISO 8601. */
  at: string;
  seconds: number;
  node: string;
  results: readonly FaultResult[];
}
