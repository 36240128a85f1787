/** Of the game day's page; light and dark as the reader has it. */
export const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e6e9ee); --soft: light-dark(#5b6675, #98a2b3);
  --line: light-dark(#d9dee5, #333c49); --paper: light-dark(#f6f7f9, #12171e); --card: light-dark(#fff, #1a212b);
  --good: light-dark(#1a7f4b, #4ec98a); --bad: light-dark(#c2321f, #ff7b66); --signal: light-dark(#2458c5, #7aa7ff);
  --given: light-dark(#e9f1ff, #1d2a40); }
* { box-sizing: border-box; }
body { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; align-items: baseline; gap: 1.25rem; flex-wrap: wrap; margin-bottom: 1rem; }
h1 { margin: 0; font-size: 1.9rem; } h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem; } h2 span { color: var(--soft); }
h3 { margin: 0; font-size: 1rem; display: flex; justify-content: space-between; gap: 1rem; }
h4 { margin: 0 0 .35rem; font-size: .8rem; color: var(--soft); font-weight: 600; }
.sum { margin: 0; font-size: 1.2rem; font-weight: 600; } .meta { margin: 0 0 0 auto; color: var(--soft); }
.sum.good { color: var(--good); } .sum.bad, .error { color: var(--bad); } .error { white-space: pre-wrap; }
.wide { overflow-x: auto; } table { width: 100%; border-collapse: collapse; background: var(--card); font-size: .9rem; }
th, td { padding: .45rem .7rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } td a { color: inherit; font-weight: 600; }
.figure { white-space: nowrap; font-variant-numeric: tabular-nums; } small { color: var(--soft); }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
.badge { padding: 0 .55em; border-radius: 1em; border: 1px solid; font-size: .8rem; font-weight: 600; height: fit-content; }
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); }
article { margin: 0 0 1rem; padding: 1rem 1.1rem; background: var(--card); border: 1px solid var(--line);
  border-left: 4px solid var(--good); border-radius: 6px; } article.bad { border-left-color: var(--bad); }
.signal-name { margin: .2rem 0 0; color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.25rem; }
ul { margin: 0; padding: 0; list-style: none; font-size: .9rem; } li { padding-left: 1.3rem; position: relative; }
li::before { position: absolute; left: 0; font-weight: 700; } li.good::before { content: '✓'; color: var(--good); }
li.bad::before { content: '✗'; color: var(--bad); } li small { display: block; }
svg { display: block; width: 100%; max-width: 46rem; margin: .5rem 0 .75rem; font: 11px system-ui, sans-serif; }
svg text { fill: var(--soft); } .given { fill: var(--given); } .axis, .least { stroke: var(--line); }
.least { stroke-dasharray: 4 3; } .signal { fill: none; stroke: var(--signal); stroke-width: 2; }
.tick { text-anchor: middle; } .value { text-anchor: end; }
.injection line { stroke: var(--bad); } .injection text { fill: var(--bad); }
.detection line { stroke: var(--good); } .detection text { fill: var(--good); }
`;
