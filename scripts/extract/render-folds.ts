type Range = [first: number, last: number];

/** The text of `folds.generated.ts`: the ranges of Unicode that reading a number depends on, of the version that Node has. */
export function renderFolds(): string {
  return `// Made by "pnpm extract:tables" from Unicode ${process.versions.unicode}. Not to be edited.

/** Zeros of the decimal digits (\\p{Nd}); the nine others follow each. */
export const zeros: readonly number[] = ${JSON.stringify(zeros())};

/** First and last code points: characters that nobody sees (\\p{Cf}, and default-ignorable). */
export const invisible: readonly (readonly [number, number])[] = ${JSON.stringify(
    ranges(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u),
  )};

/** Combining marks (\\p{M}) that are not among them. */
export const marks: readonly (readonly [number, number])[] = ${JSON.stringify(
    ranges(/[\p{M}--\p{Default_Ignorable_Code_Point}]/v),
  )};

/** Spaces (\\p{Zs}). */
export const spaces: readonly (readonly [number, number])[] = ${JSON.stringify(ranges(/\p{Zs}/u))};

/** Dashes (\\p{Pd}, and the minus signs). */
export const dashes: readonly (readonly [number, number])[] = ${JSON.stringify(ranges(/[\p{Pd}\u2212\u02d7\u2043\u2796]/u))};
`;
}

const lastCodePoint = 0x10ffff;

function ranges(pattern: RegExp): Range[] {
  const found: Range[] = [];
  for (let codePoint = 0; codePoint <= lastCodePoint; codePoint++) {
    if (!pattern.test(String.fromCodePoint(codePoint))) continue;
    const last = found.at(-1);
    if (last?.[1] === codePoint - 1) last[1] = codePoint;
    else found.push([codePoint, codePoint]);
  }
  return found;
}

/** Unicode keeps decimal digits in runs of ten from zero to nine (one run of fifty in mathematics). */
function zeros(): number[] {
  return ranges(/\p{Nd}/u).flatMap(([first, last]) =>
    Array.from({ length: (last - first + 1) / 10 }, (_, ten) => first + 10 * ten),
  );
}
