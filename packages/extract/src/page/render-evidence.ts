import type { Attributes } from './html-events.ts';

/** Gathers what tells whether a page still waits for its scripts. */
export type RenderEvidence = {
  openTag(name: string, attributes: Attributes): void;
  closeTag(name: string): void;
  text(text: string): void;
  wantsBrowser(): boolean;
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
  let rootTag: string | null = null;
  let hasEmptyRoot = false;
  let noscript: string | null = null;
  let asksForScript = false;
  let inTitle = false;
  return {
    openTag(name, attributes) {
      if (name === 'script') {
        hasScript ||= isExecutable(attributes.type);
        return;
      }
      if (name === 'noscript') noscript = '';
      if (name === 'title') inTitle = true;
      if (noscript === null) rootTag = isApplicationRoot(name, attributes.id) ? name : null;
    },
    closeTag(name) {
      if (name === 'noscript' && noscript !== null) {
        asksForScript ||= asksForJavaScript(noscript);
        noscript = null;
        return;
      }
      if (name === 'title') inTitle = false;
      if (rootTag === name) hasEmptyRoot = true;
      rootTag = null;
    },
    text(text) {
      if (noscript !== null) {
        if (noscript.length < maxNoscript) noscript += text;
        return;
      }
      if (!/\S/.test(text)) return;
      rootTag = null;
      if (!inTitle && visible < leastText) visible += text.replace(/\s+/g, '').length;
    },
    wantsBrowser: () => hasScript && (visible < leastText || hasEmptyRoot || asksForScript),
  };
}

const maxNoscript = 2_000;

/** Optimisers rename the types of scripts that they delay (`rocketlazyloadscript`, `<hex>-text/javascript`). */
function isExecutable(type: string | undefined): boolean {
  return type === undefined || type.trim() === '' || /javascript|ecmascript|^\s*module\s*$|lazyloadscript/i.test(type);
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

function isApplicationRoot(name: string, id: string | undefined): boolean {
  return name === 'app-root' || name === 'my-app' || (id !== undefined && rootIds.has(id.toLowerCase()));
}

function asksForJavaScript(text: string): boolean {
  return (
    /java\s*script/i.test(text) &&
    /enabl|activ|aktiv|requir|need|turn on|habilit|ermögl|benötig|nécess|включ|włącz|abilita|有効|启用|啟用|켜/i.test(
      text,
    )
  );
}
