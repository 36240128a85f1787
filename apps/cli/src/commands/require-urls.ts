import { NumfleetError } from '@numfleet/contracts';
import { normaliseUrl } from '@numfleet/privacy';

/** Throws `url-malformed`, which tells the position of the URL and not the URL, because that may hold a number. */
export function requireUrls(urls: readonly string[]): void {
  const index = urls.findIndex((url) => normaliseUrl(url) === null);
  if (index === -1) return;
  const message = `URL ${index + 1} is no http or https URL of up to 2,048 characters.`;
  throw new NumfleetError('url-malformed', message);
}
