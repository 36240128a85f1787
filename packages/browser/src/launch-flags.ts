/**
 * What Chromium is started with: nothing of its own on the network, all that a page wants through the proxy, and nothing
 * that weakens a page's walls. Playwright's own list is not used: it is made for tests (hang monitor, IPC flood
 * protection and popup blocking off).
 */
export function launchFlags(deps: {
  profile: string;
  proxyServer: string;
  userAgent: string;
  locale: string;
  sandboxed: boolean;
  /** Whether /dev/shm has room; Docker gives it 64 MB. Files in the profile's folder instead make a killed browser slow to die. */
  sharedMemory: boolean;
}): string[] {
  return [
    '--headless',
    '--remote-debugging-pipe',
    `--user-data-dir=${deps.profile}`,
    '--no-startup-window',
    ...(deps.sandboxed ? [] : ['--no-sandbox']),
    ...(deps.sharedMemory ? [] : ['--disable-dev-shm-usage']),
    `--user-agent=${deps.userAgent}`,
    `--lang=${deps.locale}`,
    `--accept-lang=${deps.locale}`,
    ...networkFlags(deps.proxyServer),
    ...quietFlags,
    ...sightFlags,
    ...machineFlags,
  ];
}

/** I5: names are resolved by the egress door alone, loopback too goes through it, and so does nothing but TCP. */
function networkFlags(proxyServer: string): string[] {
  return [
    `--proxy-server=${proxyServer}`,
    '--proxy-bypass-list=<-loopback>',
    `--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE ${new URL(proxyServer).hostname}`,
    '--disable-quic',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--dns-prefetch-disable',
    '--no-pings',
  ];
}

const quietFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-sync',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--metrics-recording-only',
  '--no-default-browser-check',
  '--no-first-run',
  // Of errors upwards: what pages say on their console would be written to stderr, some sixty lines a page.
  '--log-level=2',
  '--password-store=basic',
  '--use-mock-keychain',
  // HTTPS upgrades would ask for another document than the one handed over; a shared worker's requests pass by the bounds.
  '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints,MediaRouter,Translate,SharedWorker',
  '--disable-blink-features=SharedWorker',
];

/**
 * Numbers are in the text. What the renderer never asks for costs least: an image that `page.route` refuses takes 1.1 ms of
 * processor time (a page of sixty images 261 ms in all, 193 ms like this).
 */
const sightFlags = ['--blink-settings=imagesEnabled=false', '--disable-remote-fonts'];

/** No GPU, no sound, and timers of pages that nobody looks at run on. */
const machineFlags = [
  '--disable-gpu',
  '--disable-software-rasterizer',
  '--use-gl=disabled',
  '--mute-audio',
  '--hide-scrollbars',
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--js-flags=--max-old-space-size=512',
];
