import { NumfleetError } from '@numfleet/contracts';
import { readText } from '@numfleet/extract';
import { isRegion } from '@numfleet/extract/regions';
import type { PhoneNumber } from '@numfleet/privacy';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';

/** What stands between the digits of a number, and before and after it. */
const beside = /^(?:[\p{Nd}\p{No}\s\p{Pd}\p{Cf}()[\]./+,;=#:·•‧~_]|tel|phone|fax|ext|extension|x)*$/iu;

/**
 * The number that somebody wrote, in whatever form the crawler would read it in too, or in E.164 of a range that is not known
 * to be in use. Null for anything that is not one number and nothing else.
 */
export function readNumber(text: string, region: string | null): PhoneNumber | null {
  if (!beside.test(text)) return null;
  const { findings } = readText(text, { region, maxFindings: 2 });
  if (findings.length > 1) return null;
  return findings[0]?.number ?? readE164(text);
}

/** Throws `request-invalid` for two letters that are no country: every national number would be malformed. */
export function requireRegion(region: string | null): void {
  if (region === null || isRegion(region)) return;
  throw new NumfleetError('request-invalid', 'region: not a country that numbers are known of.');
}

/** With the plus, so that nothing has to be guessed. */
function readE164(text: string): PhoneNumber | null {
  const bare = text.normalize('NFKC').replaceAll(/[\s\p{Pd}\p{Cf}().]/gu, '');
  return /^\+[1-9][0-9]{6,14}$/.test(bare) ? createPhoneNumber(bare) : null;
}
