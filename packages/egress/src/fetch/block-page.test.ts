import { expect, test } from 'vitest';
import { blockedBy } from '../index.ts';

type Case = [status: number, headers: Record<string, string>, body: string, blocker: string | null];

const ray = '<title>Attention Required! | Cloudflare</title>';
const frame = '<html><iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31" width="100%"></iframe></html>';
const denied = '<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD>Reference&#32;&#35;18.2d351ab8';

test.each<Case>([
  [403, { 'cf-mitigated': 'challenge' }, '', 'cloudflare'],
  [200, { 'cf-mitigated': 'challenge' }, '', 'cloudflare'],
  [403, { server: 'cloudflare' }, ray, 'cloudflare'],
  [202, { 'x-amzn-waf-action': 'challenge' }, '', 'aws-waf'],
  [405, { 'x-amzn-waf-action': 'captcha' }, '', 'aws-waf'],
  [403, { 'x-datadome': 'protected' }, '', 'datadome'],
  [403, { 'x-sucuri-block': 'SEF001' }, '', 'sucuri'],
  [200, {}, frame, 'imperva'],
  [403, { server: 'AkamaiGHost' }, denied, 'akamai'],
  [403, {}, '<div id="px-captcha"></div>', 'perimeterx'],
  // What looks alike and is none: a shop behind the same vendor, an article about it, a plain refusal.
  [200, { server: 'cloudflare', 'cf-ray': '1' }, '<p>Ring us</p>', null],
  [200, { server: 'cloudflare' }, ray, null],
  [200, { 'x-datadome': 'protected' }, '<p>Ring us</p>', null],
  [200, {}, `${frame}${'<p>Ring us</p>'.repeat(400)}`, null],
  [200, {}, '<script src="/_Incapsula_Resource?x"></script>', null],
  [200, { server: 'AkamaiGHost' }, denied, null],
  [403, {}, denied, null],
  [200, {}, '<div id="px-captcha"></div>', null],
  [403, {}, '<h1>Forbidden</h1>', null],
  [429, { 'retry-after': '5' }, '', null],
  [403, { 'cf-mitigated': 'other' }, '', null],
])('I11: %i with %j and %s is a block page of %s', (status, headers, body, blocker) => {
  expect(blockedBy({ status, headers, body: Buffer.from(body) })).toBe(blocker);
});
