import type { ReactNode } from 'react';

/** A state in a word. The mark before it differs by form too, so that nothing hangs on telling colours apart. */
export function Chip(props: { tone: 'good' | 'busy' | 'idle' | 'bad' | 'warn'; children: ReactNode }) {
  return <span className={`chip ${props.tone}`}>{props.children}</span>;
}
