/** How often the moving line is drawn, and how often a plain one tells that work goes on, in milliseconds. */
const frameMs = 120;
const reminderMs = 10_000;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * @typedef {object} Progress
 * @property {(line: string) => void} say one line
 * @property {(label: string, work: (note: (text: string) => void) => Promise<string>) => Promise<void>} step
 *   runs one numbered step; `work` notes how far it is and returns how it went
 */

/**
 * For people who look rather than read: one short line a step, which moves while the step runs. Where nothing can
 * move (a pipe, a CI log) a plain line when the step is done, and one every ten seconds until then.
 *
 * @param {{ write(text: string): unknown, columns?: number }} output
 * @param {{ steps: number, moving: boolean }} options
 * @returns {Progress}
 */
export function createProgress(output, { steps, moving }) {
  let number = 0;
  const say = (/** @type {string} */ line) => void output.write(`numfleet: ${line}\n`);
  return {
    say,
    async step(label, work) {
      number += 1;
      const title = `${number}/${steps} ${label}`;
      const startedAt = Date.now();
      let noted = '';
      const state = () => `${title} … ${noted === '' ? '' : `${noted}, `}${seconds(startedAt)}`;
      const line = moving ? moveLine(output, state) : repeatLine(() => say(state()));
      try {
        const result = await work((text) => {
          noted = text;
        });
        line.clear();
        say(`${title} … ok, ${result} (${seconds(startedAt)})`);
      } finally {
        line.clear();
      }
    },
  };
}

/**
 * @param {{ write(text: string): unknown, columns?: number }} output
 * @param {() => string} state
 */
function moveLine(output, state) {
  let frame = 0;
  const clearLine = '\r\u001b[2K';
  const timer = setInterval(() => {
    frame += 1;
    // A line that wraps cannot be cleared.
    output.write(
      `${clearLine}${`numfleet: ${frames[frame % frames.length]} ${state()}`.slice(0, (output.columns || 80) - 1)}`,
    );
  }, frameMs);
  return {
    clear() {
      if (frame > 0) output.write(clearLine);
      frame = 0;
      clearInterval(timer);
    },
  };
}

/**
 * @param {() => void} say
 */
function repeatLine(say) {
  const timer = setInterval(say, reminderMs);
  return { clear: () => clearInterval(timer) };
}

/**
 * @param {number} startedAt
 */
function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1_000).toFixed(1)} s`;
}
