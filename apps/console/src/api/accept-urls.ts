import { NumfleetError } from '@numfleet/contracts';
import type { EgressHosts } from '@numfleet/egress/rules';
import { normaliseUrl } from '@numfleet/privacy';

interface AcceptedUrls {
  /** Normalised, in the order given. */
  urls: string[];
  /** URL.host of each, without repetition. */
  hosts: ReadonlySet<string>;
}

export type AcceptUrls = (given: readonly string[]) => AcceptedUrls;

/**
 * Takes all of an operator's URLs or none. Throws `url-malformed` and, for a public host while there is no contact
 * (I11), `contact-missing`. The messages tell the position of the URL and not the URL, which may hold a number.
 */
export function createAcceptUrls(deps: { egressHosts: EgressHosts; hasContact: boolean }): AcceptUrls {
  return (given) => {
    const accepted = given.map((text, index) => {
      const url = normaliseUrl(text);
      if (url === null) throw refusal('url-malformed', index, 'is no http or https URL of up to 2,048 characters');
      const { host, hostname } = new URL(url);
      if (!deps.hasContact && deps.egressHosts.targetOf(nameOf(hostname)) === null) {
        throw refusal(
          'contact-missing',
          index,
          'is of a public host: set NUMFLEET_CONTACT to an address that its owner can write to, and start again',
        );
      }
      return { url, host };
    });
    return { urls: accepted.map(({ url }) => url), hosts: new Set(accepted.map(({ host }) => host)) };
  };
}

/** As the keys of EgressHosts are spelt: no brackets, no final dot. */
function nameOf(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function refusal(code: 'url-malformed' | 'contact-missing', index: number, what: string): NumfleetError {
  return new NumfleetError(code, `URL ${index + 1} ${what}. Nothing was taken.`);
}
