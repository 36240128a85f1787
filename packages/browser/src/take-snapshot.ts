import type { IsolatedWorld } from './isolated-world.ts';

export interface Snapshot {
  html: string;
  /** Whether it was cut at the limit. */
  cut: boolean;
}

/**
 * The document as it stands, with what `outerHTML` leaves out put after it: open shadow roots, and frames of the same
 * origin. Closed shadow roots and frames of other origins stay out.
 * @param maxLength UTF-16 units of HTML, at most.
 */
export async function takeSnapshot(world: IsolatedWorld, maxLength: number): Promise<Snapshot> {
  return await world.call<Snapshot>(snapshotScript, maxLength);
}

const snapshotScript = `(maxLength) => {
  const parts = [];
  let length = 0;
  const add = (html) => {
    parts.push(html.slice(0, maxLength - length));
    length += html.length;
  };
  const addHidden = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (length > maxLength) return;
      const frame = element.localName === 'iframe' || element.localName === 'frame' ? element.contentDocument : null;
      const inner = element.shadowRoot ?? frame?.body;
      if (!inner) continue;
      add('<div>' + inner.innerHTML + '</div>');
      addHidden(inner);
    }
  };
  const root = document.documentElement;
  if (root) {
    add(root.outerHTML);
    addHidden(root);
  }
  return { html: parts.join(''), cut: length > maxLength };
}`;
