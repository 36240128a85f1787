import type { ReactNode } from 'react';

export interface Column<Row> {
  title: string;
  /**
   * `address` takes the room that the others leave, and is cut where that is too little; `secondary` columns are left out
   * on a narrow screen.
   */
  kind?: 'text' | 'number' | 'address' | 'secondary' | 'secondary-number';
  cell: (row: Row) => ReactNode;
}

/** A table whose first column heads its rows. It scrolls in itself where it is wider than its place. */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Marks the rows that came since the table was first drawn. */
  marksNew?: boolean;
}) {
  const { caption, columns, rows, keyOf } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" aria-label={caption} tabIndex={0}>
      <table className={props.marksNew ? 'marks-new' : undefined}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, kind = 'text' }) => (
              <th key={title} scope="col" className={kind}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, kind = 'text', cell }, index) =>
                index === 0 ? (
                  <th key={title} scope="row" className={kind}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} className={kind}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
