import { settings } from '@numfleet/service';

/** `docs/configuration.md`, from the one schema that the services start by. */
export function renderConfiguration(): string {
  const rows = Object.entries(settings).map(([name, { schema, about, secret }]) => {
    const fallback = schema.safeParse(undefined);
    const shown = fallback.success && fallback.data !== undefined && fallback.data !== '' ? `\`${fallback.data}\`` : '';
    return `| \`${name}\` | ${shown} | ${about.replaceAll('|', '\\|')}${secret ? ' *Secret: never printed.*' : ''} |`;
  });
  return `${head}\n${rows.join('\n')}\n`;
}

const head = `# Configuration

Numfleet is configured by its environment and by nothing else. A wrong value stops the start and names itself; so does a
\`NUMFLEET_\` name that does not exist. A secret may stand in a file instead: \`DATABASE_URL_FILE\` names the file that
holds \`DATABASE_URL\`, and so for every secret. \`./numfleet doctor\` shows what is in force. This page is generated from
\`packages/service/src/settings.ts\` by \`pnpm docs:write\`.

| variable | default | what it is for |
| --- | --- | --- |`;
