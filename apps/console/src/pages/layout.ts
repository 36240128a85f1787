import { type Html, html } from './html.ts';
import { stylesPath } from './styles.ts';

/** A whole page. */
export function layout(page: { title: string; body: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${page.title}</title>
<link rel="stylesheet" href="${stylesPath}">
</head>
<body>
${page.body}
</body>
</html>
`.markup;
}
