import type { FleetEvent } from '@numfleet/contracts';
import { abandonOnAbort } from '@numfleet/service';
import { expect, test } from 'vitest';
import { createHoldings } from './holdings.ts';

function setUp() {
  const events: FleetEvent[] = [];
  const holdings = createHoldings((event) => events.push(event));
  const outliving = () =>
    events.flatMap((event) => (event.type === 'job.outlived' && event.resource === 'request' ? [event.held] : []));
  return { holdings, outliving };
}

test('G21: what is still held when its job ends is told, and told again when it is given back', async () => {
  const { holdings, outliving } = setUp();
  const { promise: use, resolve: end } = Promise.withResolvers<void>();
  const gone = AbortSignal.timeout(10);
  const job = holdings.job(() => abandonOnAbort(holdings.hold('request', use), gone));
  await expect(job).rejects.toThrow();
  expect(outliving()).toEqual([0, 1]);
  end();
  await expect.poll(outliving).toEqual([0, 1, 0]);
});

test('G21: what is given back within its job is not told of (negative control), whatever others hold', async () => {
  const { holdings, outliving } = setUp();
  const { promise: other, resolve: end } = Promise.withResolvers<void>();
  const longer = holdings.job(() => holdings.hold('request', other));
  await holdings.job(() => holdings.hold('request', Promise.resolve()));
  await expect(holdings.job(() => holdings.hold('request', Promise.reject(new Error('no'))))).rejects.toThrow('no');
  end();
  await longer;
  expect(outliving()).toEqual([0]);
});
