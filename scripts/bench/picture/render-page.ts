/** A picture and what is to be said of it, as one page that needs nothing else. */
export function renderPage(parts: { title: string; svg: string; lines: readonly string[] }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(parts.title)}</title>
<style>${style}</style>
<h1>${escaped(parts.title)}</h1>
${parts.svg}
<ul>${parts.lines.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Light and dark as the reader has it. */
const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e6e9ee); --soft: light-dark(#5b6675, #98a2b3);
  --line: light-dark(#d9dee5, #333c49); --paper: light-dark(#fff, #12171e); --0: light-dark(#2458c5, #7aa7ff);
  --1: light-dark(#1a7f4b, #4ec98a); --2: light-dark(#c2321f, #ff7b66); }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
svg { display: block; width: 100%; font: 11px system-ui, sans-serif; } svg text { fill: var(--soft); }
.grid { stroke: var(--line); } .mark { stroke: var(--2); stroke-opacity: .35; }
.tick { text-anchor: middle; } .value { text-anchor: end; }
polyline { fill: none; stroke-width: 2; } .guide { stroke-width: 1; stroke-dasharray: 5 4; }
polyline.line-0 { stroke: var(--0); } polyline.line-1 { stroke: var(--1); } polyline.line-2 { stroke: var(--2); }
svg text.line-0 { fill: var(--0); } svg text.line-1 { fill: var(--1); } svg text.line-2 { fill: var(--2); }
`;
