import { type LastFailure, pageCodes } from '@numfleet/contracts';
import { Empty } from '../parts/empty.tsx';
import { Fold } from '../parts/fold.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { PageLink } from './page-link.tsx';

const shownFirst = 8;

/** The last pages that failed for good: why, where, and the id by which its trace is found. */
export function Failures({ failures }: { failures: readonly LastFailure[] }) {
  return (
    <Panel title="Last failed pages" className="half" note={<code>./numfleet trace --page ID</code>}>
      {failures.length === 0 ? (
        <Empty>No page has failed. Pages that are tried again later do not count.</Empty>
      ) : (
        <Fold items={failures} limit={shownFirst}>
          {(shown) => (
            <Table caption="The last pages that failed" columns={columns} rows={shown} keyOf={keyOf} marksNew />
          )}
        </Fold>
      )}
    </Panel>
  );
}

const keyOf = ({ page, at }: LastFailure) => `${page} ${at}`;

const columns: readonly Column<LastFailure>[] = [
  {
    title: 'Code',
    cell: ({ code }) => (
      <>
        <code>{code}</code>
        <span className="under" title={pageCodes[code]}>
          {pageCodes[code]}
        </span>
      </>
    ),
  },
  {
    title: 'Page',
    kind: 'address',
    cell: ({ page, url }) => (
      <>
        <PageLink url={url} />
        <span className="under">
          page <code>{page}</code>
        </span>
      </>
    ),
  },
  {
    title: 'At',
    kind: 'number',
    cell: ({ at }) => <time dateTime={at}>{new Date(at).toLocaleTimeString('en-GB')}</time>,
  },
];
