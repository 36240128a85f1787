import { fileURLToPath } from 'node:url';

export const configurationPage: string = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url));
