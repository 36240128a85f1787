import { expect, test } from 'vitest';
import { choosePins, isNewEnough, platformOf } from './pins.mjs';

const supported = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

test.each(supported)('%s: both tools are pinned to the byte, new enough, and of that platform', (platform) => {
  const { node, pnpm } = choosePins(platform);
  expect(node.package).toMatch(new RegExp(`^node-(bin-)?${platform}$`));
  expect(pnpm.package).toBe(`@pnpm/exe.${platform}`);
  expect(isNewEnough(node.version)).toBe(true);
  expect(pnpm.version).toMatch(/^12\.\d+\.\d+$/);
  for (const { integrity } of [node, pnpm]) {
    expect(Buffer.from(integrity.replace(/^sha512-/, ''), 'base64')).toHaveLength(64);
  }
});

test.each(['linux-x64-musl', 'linux-riscv64', 'win32-x64', 'freebsd-x64', 'constructor'])(
  '%s is refused, with a list of what is not',
  (platform) => {
    expect(() => choosePins(platform)).toThrow(
      expect.objectContaining({
        code: 'platform-unsupported',
        message: expect.stringMatching(new RegExp(`${platform}.*${supported.join(', ')}`)),
      }),
    );
  },
);

test.each([
  ['v24.0.0', true],
  ['v26.1.2', true],
  ['v23.11.1', false],
  ['v20.0.0', false],
  ['v9.9.9', false],
])('Node %s: new enough is %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});

test('a Linux without glibc is told from one with it, and only on Linux', () => {
  const machine = (platform: NodeJS.Platform, header: object) =>
    platformOf({ platform, arch: 'x64', report: { ...process.report, getReport: () => ({ header }) } });
  expect(machine('linux', { glibcVersionRuntime: '2.36' })).toBe('linux-x64');
  expect(machine('linux', {})).toBe('linux-x64-musl');
  expect(machine('darwin', {})).toBe('darwin-x64');
});
