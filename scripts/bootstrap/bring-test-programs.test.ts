import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from './testing/checkout.ts';

const script = fileURLToPath(new URL('bring-test-programs.sh', import.meta.url));
const borrowed = ['sh', 'timeout', 'env', 'tee', 'chmod', 'rm'];

/** A machine whose PATH has only what is given here, and an apt-get that notes what it was asked for. */
function createMachine(options: { has?: string[]; uid?: number; apt?: 'works' | 'fails' | 'absent' }) {
  const { has = [], uid = 0, apt = 'works' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'numfleet-programs-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const add = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  for (const name of borrowed) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(bin, name));
  }
  for (const name of has) add(name, 'exit 0');
  add('id', `echo ${uid}`);
  if (apt !== 'absent') {
    add(
      'apt-get',
      `echo "$*" >>'${folder}/asked'; ls='${folder}/policy-rc.d'; [ ! -x "$ls" ] || "$ls"; echo "$?" >>'${folder}/policy'; ${apt === 'works' ? 'exit 0' : 'exit 100'}`,
    );
  }
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  return {
    run: () => run(script, [folder], { env: { PATH: bin } }),
    asked: () => read('asked').replaceAll(/-(qq|o \S+) /g, ''),
    policies: () => read('policy'),
    policyIsLeft: () => existsSync(join(folder, 'policy-rc.d')),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const all = ['redis-server', 'prometheus', 'promtool'];

test('where all is there it is silent and asks for nothing', async () => {
  using machine = createMachine({ has: all });
  expect(await machine.run()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(machine.asked()).toBe('');
});

test.each([
  { has: [], packages: 'redis-server prometheus' },
  { has: ['prometheus', 'promtool'], packages: 'redis-server' },
  { has: ['redis-server'], packages: 'prometheus' },
])('with $has it brings $packages, and lets no daemon start', async ({ has, packages }) => {
  using machine = createMachine({ has });
  const ended = await machine.run();
  expect(ended).toEqual({
    code: 0,
    stdout: '',
    stderr: `numfleet: bringing ${packages} with apt-get, for the tests\n`,
  });
  expect(machine.asked()).toBe(`update\n-y --no-install-recommends install ${packages}\n`);
  expect(machine.policies()).toBe('101\n101\n');
  expect(machine.policyIsLeft()).toBe(false);
});

test.each([
  { what: 'no apt-get', options: { apt: 'absent' }, reason: 'there is no apt-get' },
  { what: 'no right to install', options: { uid: 1_000 }, reason: 'only root may install them' },
  { what: 'no network', options: { apt: 'fails' }, reason: 'is this machine offline' },
] as const)('with $what it says so, leaves nothing behind and lets the tests run', async ({ options, reason }) => {
  using machine = createMachine(options);
  const { code, stderr } = await machine.run();
  expect(code).toBe(0);
  expect(stderr).toContain(reason);
  expect(stderr).toContain('without redis-server prometheus promtool');
  expect(machine.policyIsLeft()).toBe(false);
});
