import { NumfleetError } from '@numfleet/contracts';
import { environment, onStopSignals } from '@numfleet/service';
import { CommanderError } from 'commander';
import { errorLine, exitCodeOf, exitCodes } from './exit-codes.ts';
import { createProgram, usageError } from './program.ts';
import { readSurroundings } from './surroundings.ts';

const stop = new AbortController();
onStopSignals((_signal, count) => {
  stop.abort(new NumfleetError('aborted', 'Interrupted.'));
  // The second one means now: whatever still runs is ended by its lifeline.
  if (count > 1) process.exit(exitCodes.interrupted);
});
// A reader that goes away (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

let exitCode: number = exitCodes.done;
try {
  const { stdin, stdout, stderr } = process;
  const surroundings = () => readSurroundings(environment(), { stdin, stdout, stderr, signal: stop.signal });
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
  await program.parseAsync(process.argv.length > 2 ? process.argv : [...process.argv, '--help']);
} catch (error) {
  const shown = error instanceof CommanderError ? usageError(error) : error;
  if (shown !== null) {
    process.stderr.write(errorLine(shown));
    exitCode = exitCodeOf(shown);
  }
}
process.exit(exitCode);
