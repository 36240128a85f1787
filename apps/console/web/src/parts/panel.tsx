import { type ReactNode, useId } from 'react';

/** A titled part of the board. `note` stands small beside the title. */
export function Panel(props: { title: string; note?: ReactNode; className?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={`panel ${props.className ?? ''}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.note === undefined ? null : <p className="note">{props.note}</p>}
      </header>
      {props.children}
    </section>
  );
}
