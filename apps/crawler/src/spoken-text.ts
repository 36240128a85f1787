/** Longer pages are no trap's: those are made cheaply, and without end. */
const longestPage = 1_048_576;

/**
 * What a page says, roughly: its text without tags, comments, scripts and styles, white space made one. It is only compared with
 * other pages of its host, so what a browser would make of broken markup does not matter. Linear; empty for a page over 1 MiB.
 */
export function spokenText(html: string | Uint8Array): string {
  if (html.length > longestPage) return '';
  const page = typeof html === 'string' ? html : Buffer.from(html).toString('latin1');
  const said: string[] = [];
  let at = 0;
  while (at < page.length) {
    const tag = page.indexOf('<', at);
    said.push(page.slice(at, tag === -1 ? page.length : tag));
    if (tag === -1) break;
    const end = endOf(page, tag);
    if (end === -1) break;
    at = end;
  }
  return said.join(' ').replace(/\s+/g, ' ').trim();
}

/** Where the text goes on after what begins at `tag`; -1 where it does not. */
function endOf(page: string, tag: number): number {
  if (page.startsWith('<!--', tag)) return after(page, '-->', tag + 4);
  const silent = /^<(script|style|template|noscript)\b/i.exec(page.slice(tag, tag + 10))?.[1];
  const close = silent === undefined ? '>' : closing.find((one) => one.startsWith(`</${silent.toLowerCase()}`));
  return after(page, close ?? '>', tag);
}

const closing = ['</script>', '</style>', '</template>', '</noscript>'];

function after(page: string, wanted: string, from: number): number {
  const at = page.indexOf(wanted, from);
  return at === -1 ? -1 : at + wanted.length;
}
