import { layout } from '../layout.ts';
import { inText, type Page, type Site } from '../site.ts';

/** Area codes with 100 numbers each that are kept for fiction: 555-0100 to 555-0199. */
const areaCodes = '203 205 206 207 208 209 210 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252'
  .split(' ')
  .concat('253 254 256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312'.split(' '));

const pagesPerHost = 60;
export const maxListings = areaCodes.length * 100;

/**
 * Makes exactly `count` more pages, at most `maxListings`: directories of some sixty pages, a host each, whose entries
 * have one number of their own and one in the footer that the whole directory shares.
 */
export function listingSites(count: number): Site[] {
  if (count > maxListings) throw new RangeError(`at most ${maxListings} extra pages can be made`);
  const numbers = Array.from({ length: count }, (_, index) => listingNumber(index));
  const chunks = Array.from({ length: Math.ceil(count / pagesPerHost) }, (_, index) =>
    numbers.slice(index * pagesPerHost, (index + 1) * pagesPerHost),
  );
  return chunks.map((chunk, index) => directory(index + 1, chunk));
}

type ListingNumber = { e164: string; shown: string };

function listingNumber(index: number): ListingNumber {
  const areaCode = areaCodes[Math.floor(index / 100)];
  const line = `01${String(index % 100).padStart(2, '0')}`;
  return { e164: `+1${areaCode}555${line}`, shown: `+1 ${areaCode}-555-${line}` };
}

/** The first number is the directory's own, in every footer; each of the others gets an entry. */
function directory(ordinal: number, [own, ...others]: ListingNumber[]): Site {
  if (own === undefined) throw new RangeError('a directory has at least its own number');
  const title = `Directory ${ordinal}`;
  const footer = `<footer><p>This directory: ${own.shown}</p></footer>`;
  const links = others.map((_, index) => `<li><a href="/entry/${index + 1}">Entry ${index + 1}</a></li>`);
  const home: Page = {
    path: '/',
    kind: 'listing',
    answer: { body: layout({ title, body: `<ul>${links.join('\n')}</ul>${footer}` }) },
    expected: inText(own.e164),
  };
  const entries = others.map(
    (number, index): Page => ({
      path: `/entry/${index + 1}`,
      kind: 'listing',
      answer: {
        body: layout({
          title,
          nav: { '/': title },
          body: `<h1>Entry ${index + 1}</h1><p>Open on most days. Telephone: ${number.shown}</p>${footer}`,
        }),
      },
      expected: inText(number.e164, own.e164),
    }),
  );
  return { host: `directory-${ordinal}.test`, pages: [home, ...entries] };
}
