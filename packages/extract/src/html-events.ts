import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

const attributeNames = [
  'content',
  'href',
  'http-equiv',
  'id',
  'itemprop',
  'lang',
  'name',
  'property',
  'rel',
  'shadowrootmode',
  'src',
  'type',
] as const;
type AttributeName = (typeof attributeNames)[number];

/** The attributes that reading a page needs, decoded; the others are passed over. */
export type Attributes = Readonly<Partial<Record<AttributeName, string>>>;

type HtmlListener = {
  /** `closed` is a self-closing tag of SVG or MathML, which gets no `onCloseTag`. */
  onOpenTag(name: string, attributes: Attributes, closed: boolean): void;
  onCloseTag(name: string): void;
  /** Text with its character references decoded, in any number of pieces; of script and style too. */
  onText(text: string): void;
};

/**
 * One pass over a page. It drives htmlparser2's Tokenizer and not its Parser, whose element stack makes a page of
 * unclosed tags quadratic: so elements are not paired, and whoever listens keeps what it needs of their nesting.
 */
export function emitHtmlEvents(html: string, listener: HtmlListener): void {
  const tokenizer = new Tokenizer({}, createCallbacks(html, listener));
  tokenizer.write(html);
  tokenizer.end();
}

function createCallbacks(html: string, listener: HtmlListener): TokenizerCallbacks {
  const foreign = trackForeignContent();
  let tag = '';
  let attributes: Partial<Record<AttributeName, string>> = {};
  let attribute: AttributeName | null = null;
  let value = '';
  const openTag = (closed: boolean): void => {
    if (!closed) foreign.open(tag);
    listener.onOpenTag(tag, attributes, closed);
  };
  return {
    onopentagname(start, end) {
      tag = html.slice(start, end).toLowerCase();
      attributes = {};
    },
    onattribname(start, end) {
      attribute = attributeNameOf(html.slice(start, end));
      value = '';
    },
    onattribdata(start, end) {
      if (attribute !== null) value += html.slice(start, end);
    },
    onattribentity(codePoint) {
      if (attribute !== null) value += String.fromCodePoint(codePoint);
    },
    onattribend() {
      if (attribute !== null) attributes[attribute] ??= value;
    },
    onopentagend: () => openTag(false),
    onselfclosingtag: () => openTag(foreign.isInside() || tag === 'svg' || tag === 'math'),
    onclosetag(start, end) {
      const name = html.slice(start, end).toLowerCase();
      foreign.close(name);
      listener.onCloseTag(name);
    },
    ontext: (start, end) => listener.onText(html.slice(start, end)),
    ontextentity: (codePoint) => listener.onText(String.fromCodePoint(codePoint)),
    oncdata(start, end, endOffset) {
      // In HTML a CDATA section is a comment; in SVG and MathML it is text.
      if (foreign.isInside()) listener.onText(html.slice(start, end - endOffset));
    },
    isInForeignContext: foreign.isInside,
    oncomment: ignore,
    ondeclaration: ignore,
    onprocessinginstruction: ignore,
    onend: ignore,
  };
}

/** SVG and MathML end with their closing tag, or where a tag of HTML breaks out of them (HTML standard §13.2.6.5). */
function trackForeignContent(): { open(tag: string): void; close(tag: string): void; isInside(): boolean } {
  let inside = false;
  return {
    open(tag) {
      if (tag === 'svg' || tag === 'math') inside = true;
      else if (inside && breaksOut.has(tag)) inside = false;
    },
    close(tag) {
      if (tag === 'svg' || tag === 'math') inside = false;
    },
    isInside: () => inside,
  };
}

const breaksOut = new Set(
  (
    'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta ' +
    'nobr ol p pre ruby s small span strong strike sub sup table tt u ul var foreignobject'
  ).split(' '),
);

const knownAttributes = new Map<string, AttributeName>(attributeNames.map((name) => [name, name]));

function attributeNameOf(spelling: string): AttributeName | null {
  return knownAttributes.get(spelling) ?? knownAttributes.get(spelling.toLowerCase()) ?? null;
}

function ignore(): void {}
