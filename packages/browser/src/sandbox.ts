/** How Chromium is started, and whether its own sandbox then holds its renderers. */
export type Sandbox = { on: true; prefix: readonly string[] } | { on: false; reason: string };

/**
 * The ways to try, best first. Chromium refuses its sandbox to root, so as root it runs as user 1000 of a user
 * namespace; the group must be mapped as well, or the kernel lets it make no namespaces of its own.
 */
export function sandboxesToTry(userId: number | undefined): Sandbox[] {
  const isRoot = userId === 0;
  const prefix = isRoot ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : [];
  const asWhom = isRoot ? 'as root, through `unshare --user`' : 'as this user';
  return [
    { on: true, prefix },
    {
      on: false,
      reason: `Chromium gets no user namespaces here (${asWhom}), so its renderers run without its sandbox.`,
    },
  ];
}

/**
 * Whether a browser that did not start said that it was for want of a sandbox. Only then is it started without: any other
 * failure, such as too little memory, must not talk us out of the sandbox.
 */
export function lacksSandbox(stderr: string): boolean {
  return /No usable sandbox|unshare: |Failed to move to new namespace|SUID sandbox/.test(stderr);
}
