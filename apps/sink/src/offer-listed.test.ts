import { createHash } from 'node:crypto';
import { registrableDomain } from '@numfleet/egress/rules';
import { createOfferPage, createOfferSitemap, type PageContext } from '@numfleet/store';
import { settingsOf } from '@numfleet/store/testing';
import { describe, expect, test } from 'vitest';
import { offerListed } from './offer-listed.ts';

const key = (...parts: string[]) => createHash('sha256').update(parts.join(' ')).digest();
const toWire = (url: string) => ({ p: url });
const deps = {
  offerPage: createOfferPage({ toWire, pageKeyOf: key, domainOf: registrableDomain }),
  offerSitemap: createOfferSitemap({ toWire, pageKeyOf: key }),
};

/** A sitemap at cdn.test which the robots.txt of shop.test names. */
function listing(pages: string[], sitemaps: { url: string; via: 'link' | 'redirect' }[] = [], depth = 0) {
  const settings = settingsOf({ scope: 'any', sitemaps: true, deny: '/denied' });
  const context = {
    pageId: '7',
    campaignId: '1',
    leaseToken: null,
    url: { p: 'http://cdn.test/s.xml' },
    depth,
    settings,
    wrappedKey: null,
    shredded: false,
  };
  const speaking = { ...context, sitemapFor: 'shop.test', host: 'cdn.test' } satisfies PageContext;
  const links = pages.map((url) => ({ url, via: 'link' as const }));
  const scope = { settings, hosts: new Set(['shop.test']) };
  return offerListed({ links, sitemaps }, { ...speaking, sitemapHost: 'cdn.test' }, scope, deps);
}

describe('what a sitemap may list', () => {
  test('pages of its own host and of the one whose robots.txt names it; others are excluded with the reason', () => {
    const offered = listing([
      'http://shop.test/a',
      'http://cdn.test/b',
      'http://victim.test/c',
      'http://shop.test/denied',
    ]);
    expect(offered.map(({ excluded }) => excluded)).toEqual([null, null, 'sitemap-foreign', 'denied']);
    expect(offered[0]).toMatchObject({ via: 'sitemap', depth: 1, host: 'shop.test' });
    expect(offered[0]).not.toHaveProperty('sitemapFor');
  });

  test('another scheme is the same host, another port is not', () => {
    const offered = listing(['https://shop.test/a', 'http://shop.test:8080/a']);
    expect(offered.map(({ excluded }) => excluded)).toEqual([null, 'sitemap-foreign']);
  });

  test('sitemaps of the same hosts, which speak for the same one; a host may move its own elsewhere', () => {
    const further = [
      { url: 'http://cdn.test/1.xml', via: 'link' },
      { url: 'http://victim.test/1.xml', via: 'link' },
      { url: 'https://cdn.test:444/s.xml', via: 'redirect' },
    ] as const;
    const offered = listing([], [...further]);
    expect(offered.map(({ excluded }) => excluded)).toEqual([null, 'sitemap-foreign', null]);
    for (const one of offered) expect(one).toMatchObject({ sitemapFor: 'shop.test', depth: 1, foundOn: '7' });
    expect(listing([], [...further], 3).map(({ excluded }) => excluded)).toEqual(Array(3).fill('sitemap-limit'));
  });
});
