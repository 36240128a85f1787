import { nameOf } from '../frame/play-fault.ts';
import { type Assertion, type ControlResult, type FaultResult, passed, type Scenario } from '../frame/scenario.ts';
import type { GameDay } from './game-day.ts';
import { plotSignal } from './plot-signal.ts';
import { style } from './style.ts';

/** The whole run as one page that needs nothing else. */
export function renderHtml(day: GameDay, scenarios: readonly Scenario[]): string {
  const held = day.results.filter(passed).length;
  const isWhole = held === day.results.length;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Numfleet · game day of ${escaped(day.at.slice(0, 10))}</title>
<style>${style}</style>
<header>
  <h1>Game day</h1>
  <p class="sum ${isWhole ? 'good' : 'bad'}">${held} of ${day.results.length} held</p>
  <p class="meta">${escaped(day.at.slice(0, 16).replace('T', ' '))} UTC · ${day.seconds.toFixed(0)} s · Node ${escaped(day.node)}</p>
</header>
${overview(day.results)}
${scenarios.map((scenario) => section(scenario, day.results)).join('\n')}
</html>
`;
}

function overview(results: readonly FaultResult[]): string {
  const rows = results.map(
    (result) => `<tr><td><a href="#${anchorOf(result)}">${escaped(result.id)}</a></td><td>${escaped(result.fault)}</td>
  <td>${badge(result.survived)}</td><td><code>${escaped(nameOf(result.signal.metric, result.signal.labels))}</code></td>
  <td class="figure">${result.signal.seconds?.toFixed(1) ?? 'never'} <small>of ${result.signal.withinSeconds}</small></td>
  <td>${badge(result.controls.length > 0 && result.controls.every(({ failedAsItMust }) => failedAsItMust))}</td></tr>`,
  );
  const heads = ['Scenario', 'Injected', 'Survived', 'Signal', 'Seconds to detect', 'Negative controls fail'];
  return `<div class="wide"><table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
}

function section({ id, title }: Scenario, results: readonly FaultResult[]): string {
  const own = results.filter((result) => result.id === id);
  return `<section><h2><span>${escaped(id)}</span> ${escaped(title)}</h2>${own.map(card).join('\n')}</section>`;
}

function card(result: FaultResult): string {
  return `<article id="${anchorOf(result)}" class="${passed(result) ? 'good' : 'bad'}">
<h3>${escaped(result.fault)} ${badge(passed(result))}</h3>
${result.error === null ? '' : `<p class="error">${escaped(result.error)}</p>`}
<p class="signal-name"><code>${escaped(nameOf(result.signal.metric, result.signal.labels))}</code></p>
${plotSignal(result)}
<div class="columns"><div><h4>Held</h4><ul>${result.assertions.map(assertionItem).join('')}</ul></div>
<div><h4>Negative controls</h4><ul>${result.controls.map(controlItem).join('')}</ul></div></div>
</article>`;
}

function assertionItem({ name, holds, measured }: Assertion): string {
  return `<li class="${holds ? 'good' : 'bad'}">${escaped(name)}<small>${escaped(measured)}</small></li>`;
}

function controlItem({ title, failedAsItMust, detail }: ControlResult): string {
  return `<li class="${failedAsItMust ? 'good' : 'bad'}">${escaped(title)}<small>${escaped(detail)}</small></li>`;
}

function badge(good: boolean): string {
  return `<span class="badge ${good ? 'good' : 'bad'}">${good ? 'yes' : 'no'}</span>`;
}

function anchorOf({ id, fault }: FaultResult): string {
  return `${id}-${fault}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
