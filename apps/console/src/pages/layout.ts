import { type Html, html } from './html.ts';

/** A whole page. `refreshSeconds`: how often it reloads itself, null for never. */
export function layout(page: { title: string; refreshSeconds: number | null; body: Html }): string {
  const refresh =
    page.refreshSeconds === null ? '' : html`<meta http-equiv="refresh" content="${page.refreshSeconds}">`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh}
<link rel="icon" href="data:,">
<title>${page.title}</title>
<style>${styles}</style>
</head>
<body>
${page.body}
</body>
</html>
`.markup;
}

const styles = html`
:root { color-scheme: light dark; --ink: light-dark(#1c2733, #dde5ee); --faint: light-dark(#5d6b7a, #8fa0b3);
  --ground: light-dark(#f4f6f8, #12181f); --card: light-dark(#fff, #1b232c); --line: light-dark(#dfe5eb, #2c3845);
  --done: #2f9e63; --leased: #3b82d6; --failed: #d64545; --excluded: #9aa5b1; --queued: var(--line); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; align-items: baseline; gap: 1.5rem; margin-bottom: 1.25rem; }
h1 { font-size: 1.25rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; display: inline; }
a { color: var(--leased); }
p { margin: 0.25rem 0; color: var(--faint); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1rem 1.25rem; margin-bottom: 1rem; }
.state { float: right; color: var(--faint); }
.bar { display: flex; height: 0.6rem; border-radius: 0.3rem; overflow: hidden; background: var(--queued); margin: 0.75rem 0; }
.bar span { display: block; }
dl { display: flex; flex-wrap: wrap; gap: 0.5rem 1.75rem; margin: 0; }
dt { color: var(--faint); font-size: 0.8rem; }
dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
form { display: flex; gap: 0.5rem; margin-top: 1rem; }
input, button { font: inherit; padding: 0.4rem 0.7rem; border: 1px solid var(--line); border-radius: 0.4rem; }
input { flex: 1; }
.trouble { color: var(--failed); }
`;
