import { setTimeout as sleep } from 'node:timers/promises';
import type { Assertion, ControlResult, Fault, FaultResult, Field, Game } from './scenario.ts';
import { type SignalWatch, watchSignal } from './watch-signal.ts';

/** How long the signal must be silent before anything is injected, ms. */
const quietMs = 2_000;

/** One fault from quiet to undone, and its controls. Never rejects: what goes wrong is part of the result. */
export async function playFault<F extends Field>(
  id: string,
  field: F,
  fault: Fault<F>,
  game: Game,
): Promise<FaultResult> {
  const result: FaultResult = {
    id,
    fault: fault.title,
    injected: false,
    survived: false,
    assertions: [],
    signal: { ...fault.signal, rose: false, seconds: null },
    controls: [],
    samples: [],
    error: null,
  };
  try {
    await inject(field, fault, game, result);
    game.onStep({ fault: fault.title, doing: `control: ${fault.defenceOff.title}` });
    result.controls.push(await withoutDefence(field, fault, game.stop));
  } catch (error) {
    result.error = error instanceof Error ? error.message : String(error);
  }
  return result;
}

async function inject<F extends Field>(field: F, fault: Fault<F>, game: Game, result: FaultResult): Promise<void> {
  await using watch = await watchSignal(field.scrape, fault.signal);
  try {
    game.onStep({ fault: fault.title, doing: 'control: nothing injected' });
    await sleep(quietMs, undefined, { signal: game.stop });

    game.onStep({ fault: fault.title, doing: 'injecting' });
    watch.inject();
    await using injection = await fault.inject(field, game.stop);
    result.injected = true;
    game.onStep({ fault: fault.title, doing: 'under the fault' });
    const [assertions, verdict] = await Promise.all([injection.hold(), watch.verdict(game.stop)]);
    result.assertions = assertions;
    result.survived = assertions.length > 0 && assertions.every(({ holds }) => holds);
    result.signal = { ...fault.signal, ...verdict };
    result.controls.push(quietControl(watch), elsewhereControl(watch, fault));
  } finally {
    result.samples = watch.samples();
  }
}

function quietControl(watch: SignalWatch): ControlResult {
  const risen = watch.risenBefore();
  return {
    title: 'nothing injected: the signal is silent',
    failedAsItMust: risen === 0,
    detail: `rose by ${risen} in ${quietMs / 1_000} s`,
  };
}

function elsewhereControl<F extends Field>(watch: SignalWatch, { signal }: Fault<F>): ControlResult {
  const { metric, labels } = signal.elsewhere;
  const risen = watch.risenElsewhere();
  return {
    title: `detector off (reads ${nameOf(metric, labels)}): nothing is detected`,
    failedAsItMust: risen < signal.least,
    detail: `rose by ${risen}`,
  };
}

async function withoutDefence<F extends Field>(field: F, fault: Fault<F>, stop: AbortSignal): Promise<ControlResult> {
  const assertions = await fault.defenceOff.run(field, stop);
  const failing = assertions.filter(({ holds }) => !holds);
  return {
    title: `defence off (${fault.defenceOff.title}): it does not hold`,
    failedAsItMust: failing.length > 0,
    detail: describe(failing.length > 0 ? failing : assertions),
  };
}

function describe(assertions: readonly Assertion[]): string {
  return assertions.map(({ name, measured }) => `${name}: ${measured}`).join('; ');
}

export function nameOf(metric: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`;
}
