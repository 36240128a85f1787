import { pageKinds } from '@numfleet/contracts';

/**
 * The kind of a page, by the form of its address: its folder with figures levelled, the ending of its name, and the names in
 * its query. What one template makes mostly has one form. Kinds are numbers, so that nothing of an address is kept (I3),
 * and few, so that a host's are; two forms may share one.
 */
export function pageKindOf(url: string): number {
  const { pathname, searchParams } = new URL(url);
  const segments = pathname.split('/').slice(1);
  const name = segments.pop() ?? '';
  const folder = segments.map((segment) => segment.replace(/\d+/g, '#')).join('/');
  const ending = name === '' ? '' : `*${/\.[a-z]{1,5}$/i.exec(name)?.[0].toLowerCase() ?? ''}`;
  const query = [...new Set(searchParams.keys())].toSorted().join('&');
  return hashOf(`${folder}/${ending}?${query}`) % pageKinds;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
