/**
 * Brings all that Numfleet needs and the machine lacks, then ends: Node 24 and pnpm into `.runtime/`, the libraries
 * into `node_modules/`, the dashboard built. Silent and quick when nothing is to be done. All that it says goes to stderr, so that the
 * stdout of the command that follows stays its own.
 *
 * Runs on whatever Node the machine has. This file alone keeps to what Node 12.17 can parse, so that who has an old Node
 * is told so instead of being shown a syntax error in the files behind the import.
 */
const oldestMajor = 20;
const major = Number(process.versions.node.split('.')[0]);

if (major < oldestMajor) {
  process.stderr.write(
    `numfleet: error [node-too-old] this is Node ${process.versions.node}; install Node ${oldestMajor} or newer (it comes with npm), then run the same command again\n`,
  );
  process.exitCode = 1;
} else {
  import('./command.mjs').then((command) => command.run());
}
