import type { ReactNode } from 'react';

/** What stands where there is nothing yet: why, and what to do next. */
export function Empty(props: { children: ReactNode; command?: string }) {
  return (
    <div className="empty">
      <p>{props.children}</p>
      {props.command === undefined ? null : (
        <pre>
          <code>{props.command}</code>
        </pre>
      )}
    </div>
  );
}
