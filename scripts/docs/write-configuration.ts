import { writeFile } from 'node:fs/promises';
import { configurationPage } from './pages.ts';
import { renderConfiguration } from './render-configuration.ts';

await writeFile(configurationPage, renderConfiguration());
