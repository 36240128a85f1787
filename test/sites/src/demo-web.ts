import type { Site } from './site.ts';
import { calendarSite } from './sites/calendar.ts';
import { charsetSite } from './sites/charset.ts';
import { deadMarkupSite } from './sites/dead-markup.ts';
import { digitsSite } from './sites/digits.ts';
import { errorSites } from './sites/errors.ts';
import { hostileAnswerSites } from './sites/hostile-answers.ts';
import { hostileScriptSites } from './sites/hostile-scripts.ts';
import { lettingsSite } from './sites/lettings.ts';
import { listingSites } from './sites/listings.ts';
import { nearMissSite } from './sites/near-miss.ts';
import { numberInUrlSite } from './sites/number-in-url.ts';
import { redirectSites } from './sites/redirects.ts';
import { robotsSites, unreachableRobotsSite } from './sites/robots.ts';
import { shopSite } from './sites/shop.ts';
import { slowSite } from './sites/slow.ts';
import { staticSites } from './sites/static.ts';
import { structuredDataSite } from './sites/structured-data.ts';
import { telLinkSite } from './sites/tel-links.ts';
import { throttledSites } from './sites/throttled.ts';

/** All sites of the demo web, the ones that take longest first, so that their waiting is spent beside the others' work. */
export function demoWeb({ extraPages, extras }: { extraPages: number; extras: boolean }): Site[] {
  return [
    ...hostileAnswerSites,
    ...hostileScriptSites,
    ...throttledSites,
    slowSite,
    ...robotsSites,
    ...staticSites,
    telLinkSite,
    shopSite,
    lettingsSite,
    structuredDataSite,
    charsetSite,
    digitsSite,
    deadMarkupSite,
    nearMissSite,
    numberInUrlSite,
    ...redirectSites,
    calendarSite,
    ...errorSites,
    ...listingSites(extraPages),
    ...(extras ? [unreachableRobotsSite] : []),
  ];
}
