import type { Scenario } from '../frame/scenario.ts';
import { g12 } from './g12-oversized-bodies.ts';
import { g14 } from './g14-half-open-postgres.ts';
import { g21 } from './g21-lost-resources.ts';
import { g23 } from './g23-workers-that-leave.ts';
import { g24 } from './g24-failing-dns.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [g12, g14, g21, g23, g24];
