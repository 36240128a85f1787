import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, traceparentIn } from './envelope.ts';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('the envelope', () => {
  it('carries any message, packed or not, with or without a trace', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4_000), fc.boolean(), (value, padding, isTraced) => {
        const message = { value, padding: 'x'.repeat(padding) };
        const lain: unknown = JSON.parse(JSON.stringify(encode(message, isTraced ? parent : undefined)));
        expect(decode(lain)).toEqual(JSON.parse(JSON.stringify(message)));
        expect(traceparentIn(lain)).toBe(isTraced ? parent : undefined);
      }),
    );
  });

  it.each([
    ['another version', parent.replace('00-', '01-')],
    ['upper case', parent.toUpperCase()],
    ['something after it', `${parent}\n`],
    ['no string', [parent]],
  ])('drops a trace that is malformed (%s) and keeps the message', (_what, t) => {
    const envelope = { ...encode({ kind: 'page' }), t };
    expect(traceparentIn(envelope)).toBeUndefined();
    expect(decode(envelope)).toEqual({ kind: 'page' });
  });

  it('reads no trace from what is no envelope', () => {
    for (const data of [null, undefined, 'nonsense', 7, []]) expect(traceparentIn(data)).toBeUndefined();
  });
});
