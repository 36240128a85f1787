import type { Reached } from './own-address.ts';

/** Our pages load what the console serves and nothing else; neither scripts nor styles stand in the page itself. */
const ownPages = policy({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': 'default',
});

/** Bull Board's page sets styles inline and asks for a font of Google's, which this refuses. */
const bullBoard = policy({
  'default-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
});

/** `route` is the route's pattern. Nothing is kept by a browser but the files whose names change with their content. */
export function securityHeaders(route: string, reached: Reached | null): Record<string, string> {
  const isKept = route.startsWith('/queues/static/') || route.startsWith('/assets/');
  return {
    'content-security-policy': route.startsWith('/queues') ? bullBoard : ownPages,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(isKept ? {} : { 'cache-control': 'no-store' }),
    ...(reached?.secure && { 'strict-transport-security': 'max-age=31536000' }),
  };
}

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}
