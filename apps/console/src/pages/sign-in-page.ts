import { html } from './html.ts';
import { layout } from './layout.ts';

/** The form for the token. `next` is the path to go on to, `trouble` what went wrong before. */
export function signInPage(form: { next: string; trouble: string | null }): string {
  const trouble = form.trouble === null ? '' : html`<p class="trouble">${form.trouble}</p>`;
  return layout({
    title: 'Sign in · Numfleet',
    refreshSeconds: null,
    body: html`<header><h1>Numfleet</h1></header>
<div class="card">
<h2>Sign in</h2>
<p>The token is in the file console-token of the fleet's folder; the link that the fleet prints at its start holds it.</p>
${trouble}
<form method="post" action="/login">
<input type="hidden" name="next" value="${form.next}">
<input type="password" name="token" placeholder="token" autocomplete="off" required autofocus>
<button>Sign in</button>
</form>
</div>`,
  });
}
