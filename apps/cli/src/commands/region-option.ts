import { NumfleetError } from '@numfleet/contracts';
import { isRegion } from '@numfleet/extract/regions';

/** A `--region` in the spelling of the contracts. Throws `usage` where no country has that code. */
export function regionOption(given: string | undefined): string | undefined {
  const region = given?.toUpperCase();
  if (region === undefined || isRegion(region)) return region;
  throw new NumfleetError('usage', '--region takes the ISO 3166 code of a country, two letters such as GB.');
}
