import type { NumberType } from '@numfleet/contracts';

/** The types of libphonenumber-js' metadata in its order, by which the tables name them. */
export const planTypes = [
  'fixed_line',
  'mobile',
  'toll_free',
  'premium_rate',
  'personal_number',
  'voicemail',
  'uan',
  'pager',
  'voip',
  'shared_cost',
] as const satisfies readonly NumberType[];
