import { type Attributes, attributeSet } from '../html/attributes.ts';
import { hasTrait, type Tag, traits } from '../html/tags.ts';

/**
 * Follows inline elements that their own style hides, without an element stack: what they hold is a decoy in a line of
 * text. A hidden block is none: it is a tab or a menu that a click shows, and real numbers stand there (on 7 of 221
 * labelled pages).
 */
export type HiddenElement = {
  open(tag: Tag, attributes: Attributes, closed: boolean): void;
  close(tag: Tag): void;
  isInside(): boolean;
};

/** The element ends with its end tag, or when more elements were closed than opened since: then its parent has ended. */
export function createHiddenElement(): HiddenElement {
  let name: string | null = null;
  let sameName = 0;
  let open = 0;
  return {
    open(tag, attributes, closed) {
      if (closed || hasTrait(tag, traits.void)) return;
      if (name === null) {
        if (hasTrait(tag, traits.block) || !isHidden(attributes) || tag.name === '') return;
        name = tag.name;
        sameName = 1;
        open = 1;
      } else {
        open += 1;
        if (tag.name === name) sameName += 1;
      }
    },
    close(tag) {
      if (name === null) return;
      open -= 1;
      if (tag.name === name) sameName -= 1;
      if (sameName <= 0 || open < 0) name = null;
    },
    isInside: () => name !== null,
  };
}

const hiding = attributeSet('style');

function isHidden(attributes: Attributes): boolean {
  if (!attributes.hasAny(hiding)) return false;
  const mayHide =
    attributes.holds('style', 'none') || attributes.holds('style', 'hidden') || attributes.holds('style', 'font-size');
  if (!mayHide) return false;
  const style = attributes.get('style');
  return (
    style !== null &&
    /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|%)?\s*(?:;|!|$))/i.test(style)
  );
}
