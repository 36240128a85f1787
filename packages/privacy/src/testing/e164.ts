import fc from 'fast-check';

/** The plain form of a number: E.164 from 7 to 15 digits, some with an extension. */
export const e164 = fc.stringMatching(/^\+[1-9][0-9]{6,14}(;ext=[0-9]{1,15})?$/);
