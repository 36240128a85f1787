import type { FastifyInstance } from 'fastify';

export const stylesPath = '/console.css';

/** The style of the pages before the dashboard: a file of its own, since their policy allows none in the page. */
export function registerStyles(app: FastifyInstance): void {
  app.get(stylesPath, (_request, reply) => reply.type('text/css; charset=utf-8').send(css));
}

const css = `
:root { color-scheme: light dark; --ink: light-dark(#17212c, #dfe6ee); --faint: light-dark(#566473, #93a2b2);
  --ground: light-dark(#f3f5f7, #0e1319); --card: light-dark(#fff, #161d25); --line: light-dark(#dfe5eb, #2a3541);
  --accent: light-dark(#1d5fa6, #79b4f2); --trouble: light-dark(#9c2c15, #ffb3a1); }
* { box-sizing: border-box; }
body { margin: 0; padding: 12vh 1rem 2rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.25rem; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 0; }
a { color: var(--accent); }
p { margin: 0.25rem 0; color: var(--faint); }
.card { max-width: 30rem; margin: 0 auto; padding: 1.5rem; border: 1px solid var(--line); border-radius: 0.6rem;
  background: var(--card); }
form { display: flex; flex-wrap: wrap; gap: 0.4rem 0.6rem; margin-top: 1rem; }
label { flex-basis: 100%; font-weight: 600; }
input, button { font: inherit; padding: 0.4rem 0.7rem; border: 1px solid var(--line); border-radius: 0.4rem; }
input { flex: 1; min-width: 0; }
button { background: light-dark(#1d5fa6, #2b6fb8); border-color: transparent; color: #fff; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p.trouble { margin-top: 0.75rem; color: var(--trouble); }
`;
