/** One process to run and keep running. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment: nothing is inherited. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Takes stdout and stderr; appended to, bounded. */
  logFile: string;
  /** Runs before every start; what it throws ends the attempts to start. */
  beforeStart?: (signal: AbortSignal) => Promise<void>;
  /** Asked again and again until it says true; a rejection counts as false. */
  ready: (signal: AbortSignal) => Promise<boolean>;
  /** A process that is not ready after this long is ended and started again. */
  readyTimeoutMs: number;
  /** Whether it still lives, asked from when it is ready; one that does not answer is killed and started again (I6). */
  liveness?: Liveness;
  /** How it is asked to stop, in order, each with its bound; SIGKILL to its whole group follows. */
  stop: readonly { signal: NodeJS.Signals; waitMs: number }[];
  /** Names of the processes that must be ready before this one starts, and that stop only after it. */
  after: readonly string[];
  /** A folder to remove when it has ended. */
  cleanup?: string;
}

export interface Liveness {
  /** A rejection counts as false. */
  check: (signal: AbortSignal) => Promise<boolean>;
  everyMs: number;
  /** A check that takes longer counts as false. */
  answerMs: number;
  /** It may go without a good answer for so long. */
  silentMs: number;
}

export interface ProcessExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it was told to stop. */
  asked: boolean;
  /** When, ms since the epoch. */
  at: number;
}

type ProcessPhase = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped';

export interface ProcessState {
  name: string;
  phase: ProcessPhase;
  pid: number | null;
  restarts: number;
  lastExit: ProcessExit | null;
  logFile: string;
}
