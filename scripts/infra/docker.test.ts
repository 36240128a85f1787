import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findTool, run } from './find-tool.ts';

const folder = path.resolve(import.meta.dirname, '../../infra/docker');
const dockerfile = await readFile(path.join(folder, 'Dockerfile'), 'utf8');
const stage = (name: string) => dockerfile.split(/^FROM /m).find((part) => part.includes(` AS ${name}\n`)) ?? '';

it('hadolint has nothing to say of the Dockerfile (where hadolint is)', async (context) => {
  const hadolint = (await findTool('hadolint')) ?? context.skip('hadolint is not here');
  expect(await run(hadolint, [path.join(folder, 'Dockerfile')])).toBe('');
});

it('I4: the crawler’s image holds the crawler alone, and no image runs as root', () => {
  const copied = (name: string) => [...stage(name).matchAll(/^COPY --from=build \/out\/(\w+)/gm)].map(([, app]) => app);
  expect(copied('crawler')).toEqual(['crawler']);
  expect(copied('service')).toEqual(['scheduler', 'sink', 'console', 'cli']);
  for (const name of ['crawler', 'service']) expect(stage(name)).toMatch(/^USER 10001:10001$/m);
  expect(stage('base')).toMatch(/^ENTRYPOINT \["\/usr\/bin\/tini", "--"/m);
});

it('builds with the pnpm that the checkout is built with', async () => {
  const { packageManager } = JSON.parse(await readFile(path.join(folder, '../../package.json'), 'utf8'));
  expect(dockerfile).toContain(`npm install --global ${packageManager}\n`);
});

it('the browser’s seccomp profile lets it make its sandbox, and nothing mount in it', async () => {
  const profile = JSON.parse(await readFile(path.join(folder, 'seccomp-chromium.json'), 'utf8'));
  const refused: string[] = profile.syscalls.flatMap((rule: { names: string[] }) => rule.names);
  expect(profile.syscalls.every((rule: { action: string }) => rule.action === 'SCMP_ACT_ERRNO')).toBe(true);
  expect(refused).toEqual(expect.arrayContaining(['mount', 'ptrace', 'bpf', 'keyctl', 'io_uring_setup', 'setns']));
  for (const needed of ['clone', 'clone3', 'unshare', 'chroot', 'seccomp']) expect(refused).not.toContain(needed);
  expect(new Set(refused).size).toBe(refused.length);
});
