import { readFileSync } from 'node:fs';

/** The version that the fleet identifies itself with; every room has the same. */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
