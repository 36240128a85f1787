import { type Attributes, attribute, attributeSet, needle } from '../html/attributes.ts';
import { hasTrait, type Tag, traits } from '../html/tags.ts';

/**
 * Follows inline elements that their own style hides, without an element stack: what they hold is a decoy in a line of
 * text. A hidden block is none: it is a tab or a menu that a click shows, and real numbers stand there (on 7 of 221
 * labelled pages).
 */
export type HiddenElement = {
  /** Plain, since it is asked for with every tag and text. */
  readonly isInside: boolean;
  open(tag: Tag, attributes: Attributes, closed: boolean): void;
  close(tag: Tag): void;
};

/** The element ends with its end tag, or when more elements were closed than opened since: then its parent has ended. */
export function createHiddenElement(): HiddenElement {
  let hider: Tag | null = null;
  let sameName = 0;
  let open = 0;
  const hidden = {
    isInside: false,
    open(tag: Tag, attributes: Attributes, closed: boolean) {
      if (closed || hasTrait(tag, traits.void)) return;
      if (hider === null) {
        if (hasTrait(tag, traits.block) || !isHidden(attributes) || tag.name === '') return;
        hider = tag;
        hidden.isInside = true;
        sameName = 1;
        open = 1;
      } else {
        open += 1;
        if (tag === hider) sameName += 1;
      }
    },
    close(tag: Tag) {
      if (hider === null) return;
      open -= 1;
      if (tag === hider) sameName -= 1;
      if (sameName > 0 && open >= 0) return;
      hider = null;
      hidden.isInside = false;
    },
  };
  return hidden;
}

/** The attribute by which an element may be hidden. */
export const hiding = attributeSet(attribute.style);
const hidingWords = ['none', 'hidden', 'font-size'].map(needle);

function isHidden(attributes: Attributes): boolean {
  if ((attributes.present & hiding) === 0) return false;
  if (!hidingWords.some((word) => attributes.holds(attribute.style, word))) return false;
  const style = attributes.get(attribute.style);
  return (
    style !== null &&
    /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|%)?\s*(?:;|!|$))/i.test(style)
  );
}
