/** A value of `telephone` or `faxNumber` of schema.org, as it is written. */
export type DeclaredNumber = { value: string; isFax: boolean };

/** Every telephone and fax number of a JSON-LD script, anywhere in its graph; nothing of one that is not JSON. */
export function numbersInJsonLd(script: string): DeclaredNumber[] {
  const found: DeclaredNumber[] = [];
  for (const [key, value] of entriesOf(script)) {
    const isFax = /(^|[:/])faxNumber$/i.test(key);
    if (!isFax && !/(^|[:/])telephone$/i.test(key)) continue;
    for (const number of valuesOf(value)) found.push({ value: number, isFax });
  }
  return found;
}

/** The countries of its addresses, as they are written. */
export function countriesInJsonLd(script: string): string[] {
  if (!script.includes('addressCountry')) return [];
  return [...entriesOf(script)].flatMap(([key, value]) => {
    if (!/(^|[:/])addressCountry$/.test(key)) return [];
    return typeof value === 'object' && value !== null && 'name' in value ? valuesOf(value.name) : valuesOf(value);
  });
}

function* entriesOf(script: string): Generator<[key: string, value: unknown]> {
  // A stack of our own: a deep graph must not overflow the machine's.
  const pending: unknown[] = [parse(script)];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const entry of Object.entries(node).reverse()) {
      yield entry;
      pending.push(entry[1]);
    }
  }
}

function parse(script: string): unknown {
  if (isTooDeep(script)) return null;
  const json = script
    .replace(/^\s*(?:<!--|\/\/\s*<!\[CDATA\[|\/\*\s*<!\[CDATA\[\s*\*\/|<!\[CDATA\[)/, '')
    .replace(/(?:\/\/\s*)?(?:-->|\]\]>|\/\*\s*\]\]>\s*\*\/)\s*$/, '');
  for (const attempt of [json, json.replace(/[\n\r\t]+/g, ' ')]) {
    try {
      return JSON.parse(attempt);
    } catch {
      // The second attempt mends line breaks inside strings, a common mistake of templates.
    }
  }
  return null;
}

/** Real graphs are not ten deep; `JSON.parse` takes more than linear time on what is a million deep. */
const deepest = 1_000;

function isTooDeep(script: string): boolean {
  let depth = 0;
  for (let at = 0; at < script.length; at++) {
    const code = script.charCodeAt(at) | 0x20;
    // Brackets within strings come in pairs, near enough.
    if (code === 0x7b) depth += 1;
    else if (code === 0x7d) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

function valuesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => (Array.isArray(item) ? [] : valuesOf(item)));
  if (typeof value === 'object' && value !== null && '@value' in value) return valuesOf(value['@value']);
  return [];
}
