/** Markup that `html` made; whatever else is put into a page is escaped. */
export type Html = Readonly<{ markup: string }>;

const made = new WeakSet<Html>();

/** A template whose values are escaped, but for what is made by `html` itself. */
export function html(parts: TemplateStringsArray, ...values: (Html | readonly Html[] | string | number)[]): Html {
  const markup = parts.reduce((text, part, index) => text + render(values[index - 1] ?? '') + part);
  const result = Object.freeze({ markup });
  made.add(result);
  return result;
}

function render(value: Html | readonly Html[] | string | number): string {
  if (Array.isArray(value)) return value.map(render).join('');
  if (typeof value === 'object' && 'markup' in value && made.has(value)) return value.markup;
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
