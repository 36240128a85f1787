/**
 * Where something stood. A URL that was redacted leads nowhere, so it is no link; one that is tells the other site neither
 * where its visitor comes from nor lets it touch this page.
 */
export function PageLink({ url }: { url: string }) {
  const shown = url.replace(/^https?:\/\//, '');
  if (url.includes('[phone]')) return <span title={url}>{shown}</span>;
  return (
    <a href={url} title={url} target="_blank" rel="noopener noreferrer">
      {shown}
    </a>
  );
}
