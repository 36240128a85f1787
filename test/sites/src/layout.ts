/** A page of the demo web, as HTML text. All parts are HTML that this package wrote: nothing is escaped. */
export function layout(page: {
  title: string;
  body: string;
  /** BCP 47, e.g. `en-GB`: a hint at the region of numbers without a country code, and given as og:locale too. */
  lang?: string;
  head?: string;
  /** Links in the header: path or URL → text. */
  nav?: Record<string, string>;
}): string {
  const lang = page.lang ?? 'en';
  const locale = lang.includes('-') ? `\n<meta property="og:locale" content="${lang.replace('-', '_')}">` : '';
  const links = Object.entries(page.nav ?? {}).map(([href, text]) => `<a href="${href}">${text}</a>`);
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>${locale}
<style>${css}</style>
${page.head ?? ''}
</head>
<body>
<header><strong>${page.title}</strong>${links.length > 0 ? `<nav>${links.join(' ')}</nav>` : ''}</header>
<main>
${page.body}
</main>
</body>
</html>
`;
}

/** A page that is empty until its script has run, as client-rendered sites are. */
export function clientRendered(page: { title: string; script: string; after?: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${page.title}</title>
<style>${css}</style>
</head>
<body>
<div id="app"></div>
<noscript>You need to enable JavaScript to run this app.</noscript>
${page.script}
${page.after ?? ''}
</body>
</html>
`;
}

const css = `
body{font:17px/1.6 system-ui,sans-serif;margin:0;color:#1d2733;background:#f6f4ef}
header{display:flex;gap:2rem;align-items:baseline;padding:1rem 2rem;background:#23395b;color:#fff}
header a{color:#cfe0ff;margin-right:1rem}
main,#app{max-width:44rem;margin:2rem auto;padding:1.5rem 2rem;background:#fff;border-radius:.6rem}
#app:empty{display:none}
address{font-style:normal;border-left:.25rem solid #d98e32;padding-left:1rem}`;
