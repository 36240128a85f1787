import { type Attributes, attribute, attributeSet } from '../html/attributes.ts';
import { byteAt, textOf } from '../html/bytes.ts';
import { hasTrait, type Tag, tagNamed, traits } from '../html/tags.ts';
import { codeTrait } from '../text/code-traits.ts';

/** Gathers what tells whether a page still waits for its scripts. */
export type RenderEvidence = {
  /** Right after the start tag of an application's root. Plain, since it is asked for with every tag. */
  readonly isAtRoot: boolean;
  /** Of `scripted` tags, of those that have the attribute `naming`, and right after a root's. */
  openTag(tag: Tag, attributes: Attributes): void;
  /** The same. */
  closeTag(tag: Tag): void;
  /** As `HtmlListener.text`. */
  text(bytes: Uint8Array, start: number, end: number, marks: number): void;
  wantsBrowser(): boolean;
  /** Whether there is a script that a browser would run. */
  hasScripts(): boolean;
};

/** Fewer visible characters than this, spaces apart, are a shell and not a page. */
const leastText = 200;

/**
 * The rule of render mode `auto`: a page wants a browser when it has scripts that run, and shows fewer than 200
 * characters, or has an application root with nothing in it, or a `<noscript>` that asks for JavaScript.
 */
export function createRenderEvidence(): RenderEvidence {
  let hasScript = false;
  let visible = 0;
  let rootTag: Tag | null = null;
  let hasEmptyRoot = false;
  let noscript: string | null = null;
  let asksForScript = false;
  let inTitle = false;
  const setRoot = (tag: Tag | null): void => {
    rootTag = tag;
    evidence.isAtRoot = tag !== null;
  };
  const evidence = {
    isAtRoot: false,
    openTag(tag: Tag, attributes: Attributes) {
      if (tag === script) {
        hasScript ||= isExecutable(attributes.get(attribute.type));
        return;
      }
      if (tag === noscriptTag) noscript = '';
      else if (tag === title) inTitle = true;
      if (noscript === null) setRoot(isApplicationRoot(tag, attributes) ? tag : null);
    },
    closeTag(tag: Tag) {
      if (tag === noscriptTag && noscript !== null) {
        asksForScript ||= asksForJavaScript(noscript);
        noscript = null;
        return;
      }
      if (tag === title) inTitle = false;
      if (rootTag === tag) hasEmptyRoot = true;
      setRoot(null);
    },
    text(bytes: Uint8Array, start: number, end: number, marks: number) {
      if (noscript !== null) {
        if (noscript.length < maxNoscript) noscript += textOf(bytes, start, Math.min(end, start + maxNoscript));
        return;
      }
      if ((marks & codeTrait.visible) === 0) return;
      setRoot(null);
      if (!inTitle && visible < leastText) visible += visibleIn(bytes, start, Math.min(end, start + 4 * leastText));
    },
    hasScripts: () => hasScript,
    wantsBrowser: () => hasScript && (visible < leastText || hasEmptyRoot || asksForScript),
  };
  return evidence;
}

const maxNoscript = 2_000;
const [script, noscriptTag, title] = ['script', 'noscript', 'title'].map(tagNamed);

/** Characters that are no spaces: bytes that begin one. */
function visibleIn(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at);
    if (byte > 0x20 && (byte & 0xc0) !== 0x80) count += 1;
  }
  return count;
}

/** Optimisers rename the types of scripts that they delay (`rocketlazyloadscript`, `<hex>-text/javascript`). */
function isExecutable(type: string | null): boolean {
  return type === null || type.trim() === '' || /javascript|ecmascript|^\s*module\s*$|lazyloadscript/i.test(type);
}

const rootIds = new Set([
  'root',
  'app',
  '__next',
  '__nuxt',
  'app-root',
  '___gatsby',
  'react-root',
  'svelte',
  'main-app',
]);

const longestRootId = Math.max(...[...rootIds].map(({ length }) => length));
const rootTags = new Set(['div', 'main', 'section', 'body'].map(tagNamed));
/** The attribute by which an element may be an application's root. */
export const naming = attributeSet(attribute.id);

function isApplicationRoot(tag: Tag, attributes: Attributes): boolean {
  if (hasTrait(tag, traits.application)) return true;
  if ((attributes.present & naming) === 0 || attributes.lengthOf(attribute.id) > longestRootId || !rootTags.has(tag))
    return false;
  return rootIds.has(attributes.get(attribute.id)?.toLowerCase() ?? '');
}

function asksForJavaScript(text: string): boolean {
  return (
    /java\s*script/i.test(text) &&
    /enabl|activ|aktiv|requir|need|turn on|habilit|ermögl|benötig|nécess|включ|włącz|abilita|有効|启用|啟用|켜/i.test(
      text,
    )
  );
}
