import { SingleBar } from 'cli-progress';

export interface Progress {
  /** So many more runs are to come. */
  expect(runs: number): void;
  step(what: string): void;
  stop(): void;
}

/** A bar on a terminal, a line a run elsewhere. */
export function createProgress(stderr: NodeJS.WriteStream, bench: string): Progress {
  let [expected, done] = [0, 0];
  const bar = stderr.isTTY
    ? new SingleBar({ format: ` ${bench} {bar} {value}/{total} {what}`, barsize: 24, stream: stderr, hideCursor: true })
    : null;
  bar?.start(1, 0, { what: 'setting up' });
  return {
    expect(runs) {
      expected += runs;
      bar?.setTotal(expected);
    },
    step(what) {
      done += 1;
      if (bar === null) stderr.write(`${bench}: ${done}/${expected} ${what}\n`);
      bar?.update(done, { what });
    },
    stop: () => bar?.stop(),
  };
}
