import { writeFileSync } from 'node:fs';
import { tables } from './tables.ts';

for (const { path, render } of tables) writeFileSync(path, render());
