/** A pattern over decimal digits, and the lengths that it holds for; null for all. */
export type DigitPattern = { pattern: string; lengths: readonly number[] | null };

/** The smallest automaton that tells which of some patterns a string of digits matches entirely. State 0 is dead. */
export type DigitAutomaton = { start: number; states: { matched: number[]; next: number[] }[] };

const longest = 17;

/**
 * Compiles patterns as libphonenumber writes them: digits, `\d`, classes, groups, alternatives, `?` and `{n,m}`. They match
 * strings of bounded length only, so the automaton has no cycles, and equal states are found from the end backwards.
 */
export function compileDigitAutomaton(patterns: readonly (DigitPattern | null)[]): DigitAutomaton {
  const graph: Graph = [];
  const starts = patterns.flatMap((one, index) => {
    if (one === null || one.pattern === '') return [];
    graph.push({ kind: 'end', pattern: index, lengths: one.lengths });
    return [connect(graph, parsePattern(one.pattern), graph.length - 1)];
  });
  const states: DigitAutomaton['states'] = [{ matched: [], next: [] }];
  const stateOfRow = new Map<string, number>();
  const stateOfSet = new Map<string, number>();
  const stateOf = (nodes: number[], depth: number): number => {
    const key = `${depth} ${nodes.join()}`;
    const known = stateOfSet.get(key);
    if (known !== undefined) return known;
    const matched = matchedAt(graph, nodes, depth);
    const next = Array.from({ length: 10 }, (_, digit) => {
      const after = depth < longest ? follow(graph, nodes, digit) : [];
      return after.length === 0 ? 0 : stateOf(after, depth + 1);
    });
    const state = internState(states, stateOfRow, matched, next);
    stateOfSet.set(key, state);
    return state;
  };
  return { start: stateOf(reach(graph, starts), 0), states };
}

type Graph = (
  | { kind: 'digit'; digits: number; next: number }
  | { kind: 'split'; next: number[] }
  | { kind: 'end'; pattern: number; lengths: readonly number[] | null }
)[];

function matchedAt(graph: Graph, nodes: number[], depth: number): number[] {
  return nodes.flatMap((node) => {
    const end = graph[node];
    return end?.kind === 'end' && (end.lengths?.includes(depth) ?? true) ? [end.pattern] : [];
  });
}

function follow(graph: Graph, nodes: number[], digit: number): number[] {
  const next = nodes.flatMap((node) => {
    const one = graph[node];
    return one?.kind === 'digit' && (one.digits >> digit) & 1 ? [one.next] : [];
  });
  return reach(graph, next);
}

function reach(graph: Graph, from: number[]): number[] {
  const seen = new Set<number>();
  const pending = [...from];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const one = graph[node];
    if (one?.kind === 'split') pending.push(...one.next);
  }
  return [...seen].filter((node) => graph[node]?.kind !== 'split').sort((a, b) => a - b);
}

function internState(
  states: DigitAutomaton['states'],
  known: Map<string, number>,
  matched: number[],
  next: number[],
): number {
  if (matched.length === 0 && next.every((state) => state === 0)) return 0;
  const row = `${matched.join()}|${next.join()}`;
  const state = known.get(row) ?? states.push({ matched, next }) - 1;
  known.set(row, state);
  return state;
}

type Syntax =
  | { kind: 'digit'; digits: number }
  | { kind: 'sequence'; parts: Syntax[] }
  | { kind: 'choice'; parts: Syntax[] }
  | { kind: 'repeat'; part: Syntax; least: number; most: number };

/** Links a piece of syntax into the graph before `next`, and gives the node to enter it by. */
function connect(graph: Graph, syntax: Syntax, next: number): number {
  switch (syntax.kind) {
    case 'digit':
      return graph.push({ kind: 'digit', digits: syntax.digits, next }) - 1;
    case 'sequence':
      return syntax.parts.reduceRight((after, part) => connect(graph, part, after), next);
    case 'choice': {
      const branches = syntax.parts.map((part) => connect(graph, part, next));
      return graph.push({ kind: 'split', next: branches }) - 1;
    }
    case 'repeat': {
      let entry = next;
      for (let count = syntax.least; count < syntax.most; count++) {
        entry = graph.push({ kind: 'split', next: [connect(graph, syntax.part, entry), next] }) - 1;
      }
      for (let count = 0; count < syntax.least; count++) entry = connect(graph, syntax.part, entry);
      return entry;
    }
  }
}

/** Throws on anything that libphonenumber's patterns do not use, so that a new construct is noticed when tables are made. */
function parsePattern(source: string): Syntax {
  const tokens = source.match(/\(\?:|\\d|\[[^\]]*\]|\{\d+(?:,\d+)?\}|[()|?\d]/g) ?? [];
  if (tokens.join('') !== source) throw new Error(`A pattern of the metadata has unknown syntax: ${source}`);
  let at = 0;
  const choice = (): Syntax => {
    const parts = [sequence()];
    while (tokens[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    return { kind: 'choice', parts };
  };
  const sequence = (): Syntax => {
    const parts: Syntax[] = [];
    while (at < tokens.length && tokens[at] !== '|' && tokens[at] !== ')') parts.push(repeated(atom()));
    return { kind: 'sequence', parts };
  };
  const repeated = (part: Syntax): Syntax => {
    const token = tokens[at] ?? '';
    if (token !== '?' && !token.startsWith('{')) return part;
    at += 1;
    const [least = 0, most = least] = token === '?' ? [0, 1] : token.slice(1, -1).split(',').map(Number);
    return repeated({ kind: 'repeat', part, least, most });
  };
  const atom = (): Syntax => {
    const token = tokens[at++] ?? '';
    if (!token.startsWith('(')) return { kind: 'digit', digits: digitsOf(token) };
    const inner = choice();
    at += 1;
    return inner;
  };
  return choice();
}

/** The digits of `7`, `\d` or `[0-37]` as bits. */
function digitsOf(token: string): number {
  const pattern = new RegExp(`^${token}$`);
  return Array.from({ length: 10 }, (_, digit) => Number(pattern.test(String(digit))) << digit).reduce(
    (all, bit) => all | bit,
    0,
  );
}
