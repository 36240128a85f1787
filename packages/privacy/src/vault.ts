import type { PhoneNumber } from './phone-number-door.ts';

/**
 * Where the digits of every PhoneNumber lie. Only `phone-number-door.ts` and `reveal-door.ts` may import this (held by
 * dependency-cruiser): a number that is not in a property cannot be logged, spread or serialised by accident (I3).
 */
export const vault = new WeakMap<PhoneNumber, string>();
