import type { Scenario } from '../frame/scenario.ts';
import { g12 } from './g12-oversized-bodies.ts';
import { g13 } from './g13-canaries.ts';
import { g14 } from './g14-half-open-postgres.ts';
import { g15 } from './g15-tired-hosts.ts';
import { g16 } from './g16-number-ranges.ts';
import { g21 } from './g21-lost-resources.ts';
import { g22 } from './g22-stopped-sink.ts';
import { g23 } from './g23-workers-that-leave.ts';
import { g24 } from './g24-failing-dns.ts';
import { g25 } from './g25-to-the-digit.ts';
import { g31 } from './g31-every-region.ts';
import { g32 } from './g32-dead-markup.ts';
import { g33 } from './g33-look-alikes.ts';
import { g41 } from './g41-hidden-conflicts.ts';
import { g42 } from './g42-wrong-filter.ts';
import { g43 } from './g43-leaking-browsers.ts';
import { g55 } from './g55-the-regulator.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  g12,
  g13,
  g14,
  g15,
  g16,
  g21,
  g22,
  g23,
  g24,
  g25,
  g31,
  g32,
  g33,
  g41,
  g42,
  g43,
  g55,
];
