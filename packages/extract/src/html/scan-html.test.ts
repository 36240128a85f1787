import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeHTML } from 'entities';
import { Parser, type Token } from 'parse5';
import { describe, expect, test } from 'vitest';
import { decodeHtml } from '../index.ts';
import { textOf } from './bytes.ts';
import { type HtmlListener, scanHtml } from './scan-html.ts';

const corpora = resolve(import.meta.dirname, '../../../..', process.env.NUMFLEET_CORPORA ?? '../shared/data');
const isAbsent = !existsSync(resolve(corpora, 'html5lib')) && !process.env.CI;

/** Characters, tags and nothing else; characters of neighbouring pieces join. */
type Tokens = string[];

function tokensOf(html: string): Tokens {
  const bytes = new TextEncoder().encode(html);
  const tokens: Tokens = [];
  const tagName = (at: number) =>
    /^<\/?([^ \n\t\f/>]+)/.exec(textOf(bytes, at, Math.min(bytes.length, at + 64)))?.[1]?.toLowerCase();
  const listener: HtmlListener<Tokens> = {
    openTag: (found, _, __, ___, offset) => found.push(`<${tagName(offset)}>`),
    closeTag: (found, tag) => found.push(`</${tag.name}>`),
    text: (found, start, end, _, __, isPlain) =>
      addText(found, isPlain ? textOf(bytes, start, end) : decodeHTML(textOf(bytes, start, end))),
    rawText: (found, _, start, end) => addText(found, textOf(bytes, start, end)),
  };
  scanHtml(bytes, listener, tokens);
  return tokens;
}

function addText(tokens: Tokens, text: string): void {
  if (text === '') return;
  if (tokens.at(-1)?.startsWith('"')) tokens[tokens.length - 1] += text;
  else tokens.push(`"${text}`);
}

describe.skipIf(isAbsent)('scanHtml agrees with html5lib', () => {
  type Case = {
    description: string;
    input: string;
    output: unknown[][];
    initialStates?: string[];
    lastStartTag?: string;
    doubleEscaped?: boolean;
  };
  const containers: Record<string, string> = {
    'PLAINTEXT state': 'plaintext',
    'RCDATA state': 'textarea',
    'RAWTEXT state': 'style',
    'Script data state': 'script',
  };
  const folder = resolve(corpora, 'html5lib/tokenizer');
  const cases = (isAbsent ? [] : readdirSync(folder).filter((file) => file.endsWith('.test'))).flatMap((file) =>
    ((JSON.parse(readFileSync(resolve(folder, file), 'utf8')).tests ?? []) as Case[]).flatMap((one) =>
      (one.initialStates ?? ['Data state']).map((state) => ({ ...one, state, file })),
    ),
  );
  // What a decoder or the parser settles before or after us: CR, NUL, surrogates; and a last tag of another name.
  const isOurs = ({ input, doubleEscaped, state, output }: (typeof cases)[number]): boolean =>
    doubleEscaped !== true &&
    !/[\r\0\ud800-\udfff\ufeff]/.test(input) &&
    state !== 'CDATA section state' &&
    !JSON.stringify(output).includes('\\u0000');

  function expectedOf(output: unknown[][]): Tokens {
    const tokens: Tokens = [];
    for (const [kind, value] of output) {
      if (kind === 'Character') addText(tokens, String(value));
      else if (kind === 'StartTag') tokens.push(`<${value}>`);
      else if (kind === 'EndTag') tokens.push(`</${value}>`);
    }
    return tokens;
  }

  test('on its tokenizer cases', () => {
    const wrong: string[] = [];
    let count = 0;
    for (const one of cases.filter(isOurs)) {
      const container = containers[one.state];
      // A state other than data is entered by its element, whose end tag the case names.
      if (container === undefined && one.state !== 'Data state') continue;
      const named = one.lastStartTag ?? container ?? '';
      const rename = (text: string) =>
        container === undefined ? text : text.replace(new RegExp(named, 'gi'), container);
      // Tree construction changes the state after these; the cases are of the tokenizer alone.
      if (
        container === undefined &&
        /<(?:script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext|svg|math)\b/i.test(one.input)
      )
        continue;
      count += 1;
      const tokens = tokensOf(`${container === undefined ? '' : `<${container}>`}${rename(one.input)}`).slice(
        container === undefined ? 0 : 1,
      );
      const known = (token: string) => (/^<\/?[a-z]/.test(token) ? token.replace(/^<\/.*/, '</>') : token);
      const expected = expectedOf(one.output).map(rename);
      if (tokens.map(known).join('\n') !== expected.map(known).join('\n'))
        wrong.push(`${one.file}, ${one.state}: ${one.description}`);
    }
    expect(count).toBeGreaterThan(5_000);
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(isAbsent)('scanHtml agrees with parse5', () => {
  /** The characters that parse5's tokenizer hands to its tree construction, which sets the tokenizer's state. */
  function charactersOfParse5(html: string): string {
    const parser = new Parser({ scriptingEnabled: false });
    let text = '';
    const recording =
      (handle: (token: Token.CharacterToken) => void) =>
      (token: Token.CharacterToken): void => {
        text += token.chars;
        handle.call(parser, token);
      };
    parser.onCharacter = recording(parser.onCharacter);
    parser.onNullCharacter = recording(parser.onNullCharacter);
    parser.onWhitespaceCharacter = recording(parser.onWhitespaceCharacter);
    parser.tokenizer.write(html, true);
    return text;
  }

  test('on the characters of every real page', { timeout: 300_000 }, () => {
    const pages = ['readability', 'formasaurus', 'contacts'].flatMap((set) =>
      readdirSync(resolve(corpora, 'pages', set)).map((file) => resolve(corpora, 'pages', set, file)),
    );
    const wrong = pages.filter((page) => {
      const { html } = decodeHtml(gunzipSync(readFileSync(page)), null);
      const tokens = tokensOf(html.replace(/\r\n?/g, '\n'));
      const expected = charactersOfParse5(html);
      const text = tokens
        .filter((token) => token.startsWith('"'))
        .map((token) => token.slice(1))
        .join('');
      const plain = (all: string) => all.replace(/[\0\ufffd\ufeff\s]/g, '');
      return plain(text) !== plain(expected);
    });
    expect(wrong.map((page) => page.slice(corpora.length))).toEqual([]);
  });
});
