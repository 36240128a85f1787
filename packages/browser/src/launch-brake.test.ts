import type { FleetEvent } from '@numfleet/contracts';
import { expect, test } from 'vitest';
import { createLaunchBrake } from './launch-brake.ts';

test('from the third crash in a row on, each pause is twice the one before, up to a minute; a life ends the row', () => {
  let now = 0;
  const told: FleetEvent[] = [];
  const brake = createLaunchBrake(
    (event) => told.push(event),
    () => now,
  );
  const pauses = Array.from({ length: 10 }, () => {
    brake.onCrash();
    return brake.pausedForMs();
  });
  expect(pauses).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(told.map((event) => event.type === 'browser.paused' && event.inMs)).toEqual(pauses.slice(2));
  now += 60_000;
  expect(brake.pausedForMs()).toBe(0);
  brake.onLife();
  brake.onCrash();
  expect(brake.pausedForMs()).toBe(0);
});
