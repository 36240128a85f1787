import { expect, test } from 'vitest';
import { planServices, serviceSpec } from './service-specs.ts';

test('I4: the credentials of the proxy, the master key and each user of Redis go to whom they are for, and to nobody else', () => {
  const plans = planServices([{ app: 'sink' }, { app: 'console' }, { app: 'crawler' }, { app: 'scheduler' }]);
  const env = {
    ...{ NUMFLEET_PROXY: 'http://user:secret@proxy.test:3128', NUMFLEET_PROXY_FILE: '/run/secrets/proxy' },
    ...{ NUMFLEET_MASTER_KEY: '{}', NUMFLEET_MASTER_KEY_FILE: '/run/secrets/master' },
    ...{ REDIS_URL: 'redis://operator@cache', REDIS_URL_FILE: '/run/secrets/redis' },
  };
  const redisUsers = { urlOf: (app: string) => `redis://${app}@cache`, async [Symbol.asyncDispose]() {} };
  const having = (wanted: string) => {
    const specs = plans.map((plan) => {
      const around = {
        ...{ home: '/h', root: '/r', env, consolePort: 1, adminPorts: {}, tokenFile: '/t', keysDir: '/k', redisUsers },
        ...{ runtimeDir: '/d', stopTimeoutMs: 1, databases: { queueUrl: String, truthUrl: String } as never },
      };
      return { app: plan.app, env: JSON.stringify(serviceSpec(plan, plans, around).env) };
    });
    return specs.filter((spec) => spec.env.includes(wanted)).map(({ app }) => app);
  };
  expect(having('PROXY')).toEqual(['crawler']);
  expect(having('MASTER_KEY')).toEqual(['sink', 'console']);
  for (const { app } of plans) expect(having(`redis://${app}@cache`)).toEqual([app]);
  expect([...having('redis://operator'), ...having('REDIS_URL_FILE')]).toEqual([]);
});
