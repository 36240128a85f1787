import path from 'node:path';
import { bundleApp, bundledApps } from './bundle-app.ts';

/** `pnpm bundle [FOLDER]`: every app as a folder that runs by itself, under `dist/` or the one given. */
const out = path.resolve(process.argv[2] ?? 'dist');
for (const app of bundledApps) await bundleApp(app, out);
