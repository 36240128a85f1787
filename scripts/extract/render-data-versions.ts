import { readMetadata } from './metadata.ts';

/** The text of `data-versions.generated.ts`. In a file of its own, for who wants the age of the tables and not the tables. */
export function renderDataVersions(): string {
  const { version, released } = readMetadata();
  return `// Made by "pnpm extract:tables". Not to be edited.

/** What the committed tables were made from: libphonenumber-js' \`max\` metadata with the day of its release, and Unicode. */
export const dataVersions = {
  libphonenumber: '${version}',
  released: '${released}',
  unicode: '${process.versions.unicode}',
} as const;
`;
}
