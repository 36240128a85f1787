import { SingleBar } from 'cli-progress';

export interface Progress extends Disposable {
  update(done: number, total: number): void;
}

const lineEveryMs = 5_000;

/** How far something is, `what` being counted: a bar on a terminal, a line every 5 s elsewhere. */
export function showProgress(stderr: NodeJS.WriteStream, what: string): Progress {
  if (!stderr.isTTY) return showLines(stderr, what);
  const format = ` {bar} {value}/{total} ${what} · {duration_formatted} · {eta_formatted} left`;
  const bar = new SingleBar({ format, barsize: 24, stream: stderr, hideCursor: true, clearOnComplete: true });
  bar.start(1, 0);
  return {
    update(done, total) {
      bar.setTotal(Math.max(1, total));
      bar.update(done);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}

function showLines(stderr: NodeJS.WriteStream, what: string): Progress {
  let shownAt = performance.now();
  return {
    update(done, total) {
      if (performance.now() - shownAt < lineEveryMs) return;
      shownAt = performance.now();
      stderr.write(`${done}/${total} ${what}\n`);
    },
    [Symbol.dispose]() {},
  };
}
