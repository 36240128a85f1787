import type { CDPSession } from 'playwright-core';

export interface Snapshot {
  html: string;
  /** Whether it was cut at the limit. */
  cut: boolean;
}

/**
 * The document as it stands, with what `outerHTML` leaves out put after it: open shadow roots, and frames of the same
 * origin. Closed shadow roots and frames of other origins stay out. Runs in a world of its own, where the page's scripts
 * cannot have replaced anything; waits for as long as the page computes.
 * @param maxLength UTF-16 units of HTML, at most.
 */
export async function takeSnapshot(session: CDPSession, maxLength: number): Promise<Snapshot> {
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    contextId: executionContextId,
    expression: `(${snapshotScript})(${maxLength})`,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error('the document cannot be serialised');
  return result.value as Snapshot;
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
