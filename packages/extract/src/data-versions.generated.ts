// Made by "pnpm extract:tables". Not to be edited.

/** What the committed tables were made from: libphonenumber-js' `max` metadata with the day of its release, and Unicode. */
export const dataVersions = {
  libphonenumber: '1.13.16',
  released: '2026-11-10',
  unicode: '17.0',
} as const;
