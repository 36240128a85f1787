/**
 * Puts other text into source files of a service as Node loads them (NODE_OPTIONS=--import …): each `file`, and `from` what `to`
 * what, stands in the query of this script's address. A file that does not hold the text exactly once ends the service.
 */
import { registerHooks } from 'node:module';

const { searchParams } = new URL(import.meta.url);
const [files, froms, tos] = ['file', 'from', 'to'].map((name) => searchParams.getAll(name));

if (process.env.NUMFLEET_SERVICE_NAME !== undefined) {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const index = files?.findIndex((file) => url.endsWith(`/${file}`)) ?? -1;
      return index < 0 ? loaded : { ...loaded, source: edit(String(loaded.source), index) };
    },
  });
}

/** @param {string} source @param {number} index */
function edit(source, index) {
  const parts = source.split(froms?.[index] ?? '');
  if (parts.length !== 2) throw new Error(`${files?.[index]} holds what is to be edited ${parts.length - 1} times.`);
  return parts.join(tos?.[index]);
}
