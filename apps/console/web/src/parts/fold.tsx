import { type ReactNode, useState } from 'react';

/** Shows the first `limit` items, and a button for the rest. */
export function Fold<Item>(props: {
  items: readonly Item[];
  limit: number;
  children: (shown: readonly Item[]) => ReactNode;
}) {
  const { items, limit, children } = props;
  const [isOpen, setOpen] = useState(false);
  const isLong = items.length > limit;
  return (
    <>
      {children(isOpen ? items : items.slice(0, limit))}
      {isLong ? (
        <button type="button" className="fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? `Show the first ${limit}` : `Show all ${items.length}`}
        </button>
      ) : null}
    </>
  );
}
