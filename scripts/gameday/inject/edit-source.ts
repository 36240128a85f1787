/** A piece of a file's text, which it must hold exactly once, and what stands there instead. */
export interface SourceEdit {
  /** The end of its path, from the project's root. */
  file: string;
  from: string;
  to: string;
}

/**
 * For `numfleet up`: its services with a defence cut out of their source, or a defect put into it, threads included, so that what
 * the defence is worth shows in a real fleet. The files stay as they are. One edit a file.
 */
export function editSource(...edits: readonly SourceEdit[]): { NODE_OPTIONS: string } {
  const script = new URL('edit-source.mjs', import.meta.url);
  for (const edit of edits) for (const [name, value] of Object.entries(edit)) script.searchParams.append(name, value);
  return { NODE_OPTIONS: `--import=${script.href}` };
}
