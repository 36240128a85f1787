// Apart from the other door, which brings along all that runs a fleet.
export { findFleet } from './fleet/lock-home.ts';
