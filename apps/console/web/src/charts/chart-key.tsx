/** The key of a chart with the newest figures: its alternative in text. */
export function ChartKey({ entries }: { entries: readonly { name: string; className: string; value: string }[] }) {
  return (
    <dl className="chart-key">
      {entries.map(({ name, className, value }) => (
        <div key={name} className={className}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
