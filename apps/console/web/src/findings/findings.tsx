import type { LastFinding } from '@numfleet/contracts';
import { useFleetClock } from '../fleet/clock.ts';
import { Empty } from '../parts/empty.tsx';
import { Fold } from '../parts/fold.tsx';
import { Panel } from '../parts/panel.tsx';
import { showAge } from '../parts/show-duration.ts';
import { type Column, Table } from '../parts/table.tsx';
import { PageLink } from './page-link.tsx';

const shownFirst = 8;

/** The last numbers found, masked, and where each stood. */
export function Findings({ findings }: { findings: readonly LastFinding[] }) {
  return (
    <Panel title="Last findings" className="half" note="masked; a look at a number is audited">
      {findings.length === 0 ? (
        <Empty>Nothing found yet. Numbers appear here masked, as their pages are read.</Empty>
      ) : (
        <Fold items={findings} limit={shownFirst}>
          {(shown) => <Table caption="The last numbers found" columns={columns} rows={shown} keyOf={keyOf} marksNew />}
        </Fold>
      )}
    </Panel>
  );
}

const keyOf = ({ number, url, at, source }: LastFinding) => `${number} ${url} ${at} ${source}`;

const columns: readonly Column<LastFinding>[] = [
  {
    title: 'Number',
    cell: (finding) => (
      <>
        {finding.number}
        <span className="under">{kindOf(finding)}</span>
      </>
    ),
  },
  {
    title: 'Where',
    kind: 'address',
    cell: (finding) => (
      <>
        <PageLink url={finding.url} />
        <span className="under">{placeOf(finding)}</span>
      </>
    ),
  },
  { title: 'When', kind: 'number', cell: ({ at }) => <Age at={at} /> },
];

function kindOf({ region, type }: LastFinding): string {
  return [region, type.replaceAll('_', ' ')].filter((part) => part !== null).join(' ');
}

/** Where on the page, and what stood beside it. */
function placeOf({ source, label }: LastFinding): string {
  return label === null ? `in ${source}` : `in ${source}, “${label}”`;
}

function Age({ at }: { at: string }) {
  return <time dateTime={at}>{showAge(useFleetClock(1_000) - Date.parse(at))}</time>;
}
