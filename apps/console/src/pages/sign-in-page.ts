import { html } from './html.ts';
import { layout } from './layout.ts';

/** The form for the token. `next` is the path to go on to, `trouble` what went wrong before. */
export function signInPage(form: { next: string; trouble: string | null }): string {
  const trouble = form.trouble === null ? '' : html`<p class="trouble" role="alert">${form.trouble}</p>`;
  return layout({
    title: 'Sign in · Numfleet',
    body: html`<main class="card">
<h1>Numfleet</h1>
<h2>Sign in</h2>
<p>The token is in the file console-token of the fleet's folder; the link that the fleet prints at its start holds it.</p>
${trouble}
<form method="post" action="/login">
<input type="hidden" name="next" value="${form.next}">
<label for="token">Token</label>
<input type="password" id="token" name="token" autocomplete="off" required autofocus>
<button>Sign in</button>
</form>
</main>`,
  });
}
