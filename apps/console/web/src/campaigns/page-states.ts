import type { PageState } from '@numfleet/contracts';

/** The states of pages in the order in which a bar shows them: what is settled, what is in work, what is to come. */
export const statesInOrder: readonly { state: PageState; label: string }[] = [
  { state: 'done', label: 'done' },
  { state: 'failed', label: 'failed' },
  { state: 'excluded', label: 'excluded' },
  { state: 'leased', label: 'in work' },
  { state: 'queued', label: 'queued' },
];
