import { type CampaignStatus, type PageState, pageStates } from '@numfleet/contracts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** The campaigns and how far they are. */
export function homePage(campaigns: readonly CampaignStatus[]): string {
  const none = html`<div class="card">There is no campaign yet. Start one: <code>./numfleet crawl URL --purpose P</code></div>`;
  return layout({
    title: 'Numfleet',
    refreshSeconds: 2,
    body: html`<header><h1>Numfleet</h1><a href="/queues">queues</a><a href="/api/v1/openapi.json">API</a></header>
${campaigns.length === 0 ? none : campaigns.map(campaignCard)}`,
  });
}

function campaignCard(status: CampaignStatus): Html {
  const figures = [
    ...pageStates.map((state) => [state, status.pages[state]] as const),
    ['numbers', status.numbers] as const,
    ['sightings', status.sightings] as const,
  ];
  return html`<section class="card">
<span class="state">${status.state} · ${duration(status.seconds)}</span>
<h2>${status.name}</h2>
<p>Campaign ${status.campaign}: ${status.purpose}</p>
${progressBar(status.pages)}
<dl>${figures.map(([name, count]) => html`<div><dt>${name}</dt><dd>${count.toLocaleString('en')}</dd></div>`)}</dl>
</section>`;
}

function progressBar(pages: CampaignStatus['pages']): Html {
  const all = pageStates.reduce((sum, state) => sum + pages[state], 0);
  const ended = pages.done + pages.failed + pages.excluded;
  const percent = (count: number) => (all === 0 ? 0 : Math.round((count / all) * 1_000) / 10);
  const parts: PageState[] = ['done', 'failed', 'excluded', 'leased'];
  return html`<div class="bar" role="progressbar" aria-valuenow="${percent(ended)}" title="${percent(ended)} %">${parts.map(
    (state) => html`<span style="width:${percent(pages[state])}%;background:var(--${state})"></span>`,
  )}</div>`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3_600);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
