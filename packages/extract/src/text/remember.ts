/**
 * A function of short texts that remembers what it gave for the last thousands of them; longer ones are asked anew. Texts are
 * copied first: a part of a page's text keeps all of that page in memory as long as it lives itself (73 MiB after minutes of fuzzing).
 */
export function remember<T>(find: (text: string) => T, longest: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || text.length > longest) return before ?? find(text);
    if (known.size >= mostKnown) known.clear();
    const found = find(text);
    known.set(`${text} `.slice(0, -1), found);
    return found;
  };
}

const mostKnown = 4_000;
