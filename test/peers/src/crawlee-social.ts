import { social } from '@crawlee/utils';

/** What Crawlee takes for phone numbers in a page, sure and unsure, as they are written there. */
export function crawleePhones(html: string): string[] {
  const { phones, phonesUncertain } = social.parseHandlesFromHtml(html);
  return [...phones, ...phonesUncertain];
}
