import { createNameTable } from './names.ts';

/** What the standard's tree construction, and the reading of text, know of a tag. Bits of `Tag.traits`. */
export const traits = {
  /** A line of text ends at it. All other tags, unknown and custom ones too, are inline, as in a browser. */
  block: 1,
  /** It has no contents. */
  void: 2,
  /** Its contents are characters: no markup, no references. */
  raw: 4,
  /** Its contents are characters and references. */
  reference: 8,
  /** Its line breaks are lines. */
  preformatted: 16,
  /** It ends SVG or MathML (HTML standard §13.2.6.5). */
  breaksOut: 32,
  /** SVG or MathML begins at it. */
  foreign: 64,
  /** HTML is read within it although it is of SVG or MathML. */
  integration: 128,
  /** Its attributes lead elsewhere, or say what the page is. */
  referring: 256,
  /** Its attributes may hold a number although they describe nothing. */
  valued: 512,
  /** It tells whether the page waits for its scripts. */
  scripted: 1_024,
  /** The root of an application, whose contents scripts make. It is no HTML. */
  application: 2_048,
} as const;

export type Tag = Readonly<{ name: string; traits: number }>;

const lists: [trait: number, names: string][] = [
  [
    traits.block,
    'address article aside blockquote body br button caption center col colgroup dd desc details dialog dir div dl dt ' +
      'fieldset figcaption figure footer foreignobject form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html ' +
      'iframe input legend li listing main menu nav noscript object ol optgroup option p plaintext pre search ' +
      'section select summary table tbody td text textarea tfoot th thead title tr ul video audio xmp',
  ],
  [
    traits.void,
    'area base basefont bgsound br col command embed frame hr img input keygen link meta param source track wbr',
  ],
  [traits.raw, 'script style iframe noembed noframes xmp plaintext'],
  [traits.reference, 'title textarea'],
  [traits.preformatted, 'pre textarea listing xmp plaintext'],
  [
    traits.breaksOut,
    'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta ' +
      'nobr ol p pre ruby s small span strong strike sub sup table tt u ul var',
  ],
  [traits.foreign, 'svg math'],
  [traits.integration, 'foreignobject desc title annotation-xml mi mo mn ms mtext'],
  [traits.referring, 'a area base frame html iframe link meta'],
  [traits.valued, 'button input meta'],
  [traits.scripted, 'noscript script title'],
  [0, 'abbr acronym bdi bdo cite data del dfn font ins kbd label mark output q samp template time'],
  // Roots that Angular, Aurelia, Polymer, Ionic and Blazor put their application into: see render-evidence.ts.
  [traits.scripted | traits.application, 'app-root my-app ion-app app'],
];

const byName = new Map<string, number>();
for (const [trait, names] of lists) {
  for (const name of names.split(' ')) byName.set(name, (byName.get(name) ?? 0) | trait);
}
// Through an object's keys, which the engine compares by identity: parts of a longer string it compares by their letters.
const tags: readonly Tag[] = Object.entries(Object.fromEntries(byName)).map(([name, bits]) => ({ name, traits: bits }));
const table = createNameTable(tags.map(({ name }) => name));

/** All tags that nothing is known of. */
const otherTag: Tag = { name: '', traits: 0 };

/** The one tag of a name, to compare others with. */
export function tagNamed(name: string): Tag {
  return tags.find((tag) => tag.name === name) ?? otherTag;
}

export function tagAt(bytes: Uint8Array, start: number, end: number, hash: number): Tag {
  return tags[table.find(bytes, start, end, hash)] ?? otherTag;
}

export function hasTrait(tag: Tag, trait: number): boolean {
  return (tag.traits & trait) !== 0;
}
