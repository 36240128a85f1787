import { expect, test } from 'vitest';
import { planServices, serviceSpec } from './service-specs.ts';

test('I4: the credentials of the operator’s proxy go to crawlers, and to nobody else', () => {
  const plans = planServices([{ app: 'sink' }, { app: 'console' }, { app: 'crawler' }, { app: 'scheduler' }]);
  const env = { NUMFLEET_PROXY: 'http://user:secret@proxy.test:3128', NUMFLEET_PROXY_FILE: '/run/secrets/proxy' };
  const having = plans.filter((plan) => {
    const around = {
      ...{ home: '/h', root: '/r', env, consolePort: 1, adminPorts: {}, tokenFile: '/t', keysDir: '/k' },
      ...{ runtimeDir: '/d', stopTimeoutMs: 1, databases: { queueUrl: String, truthUrl: String } as never },
    };
    return JSON.stringify(serviceSpec(plan, plans, around).env).includes('PROXY');
  });
  expect(having.map(({ app }) => app)).toEqual(['crawler']);
});
