/** Contents that are no part of the visible page and that hold no markup. */
export function isDeadRawText(name: string): boolean {
  return deadRawText.has(name);
}

/** Tags at which a line of text ends. All others, unknown and custom ones too, are inline, as in a browser. */
export function isBlock(name: string): boolean {
  return blocks.has(name);
}

export function isPreformatted(name: string): boolean {
  return preformatted.has(name);
}

export function isVoid(name: string): boolean {
  return voids.has(name);
}

const deadRawText = new Set(['script', 'style', 'iframe', 'noembed', 'noframes']);

const preformatted = new Set(['pre', 'textarea', 'listing', 'xmp', 'plaintext']);

const blocks = new Set(
  (
    'address article aside blockquote body br button caption center col colgroup dd desc details dialog dir div dl dt ' +
    'fieldset figcaption figure footer foreignobject form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html ' +
    'iframe input legend li listing main menu nav noscript object ol optgroup option p plaintext pre search ' +
    'section select summary table tbody td text textarea tfoot th thead title tr ul video audio xmp'
  ).split(' '),
);

const voids = new Set(
  'area base basefont br col command embed frame hr img input keygen link meta param source track wbr'.split(' '),
);
