/**
 * A host's breaker (G15): `open`, nothing is asked of it before its time; `half-open`, its time has come and one request at
 * a time goes first; an answer that asks for nothing closes it.
 */
export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/**
 * Why a breaker opened: the host asked for fewer requests, or said that none remain of those that it allows; it answered
 * with a block page; or it failed several times in a row.
 */
export const breakerReasons = ['throttled', 'spent', 'blocked', 'failing'] as const;
export type BreakerReason = (typeof breakerReasons)[number];
