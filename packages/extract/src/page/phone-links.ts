import type { FindingLabel } from '@numfleet/contracts';
import { type Attributes, attribute } from '../html/attributes.ts';

/** A link that dials or writes to a number: the number in a form that can be matched, and what the link is for. */
export type PhoneLink = { value: string; label: FindingLabel };

/**
 * Reads `tel:` (RFC 3966), `callto:`, `sms:`, `whatsapp:`, `wa.me` and `api.whatsapp.com` links; null for all others, and
 * for those without a number (share links).
 */
export function readPhoneLink(href: string): PhoneLink | null {
  const dialled = /^\s*(tel|callto|facetime|skype|sms|smsto|mms):(?:\/\/)?([^?&]*)/i.exec(href);
  if (dialled !== null) {
    const label = /^(sms|mms)/i.test(dialled[1] ?? '') ? 'sms' : 'phone';
    return linkOf(dialValue(percentDecoded(dialled[2] ?? '')), label);
  }
  const whatsapp =
    /^\s*(?:whatsapp:\/\/send\/?|https?:\/\/(?:api|web)\.whatsapp\.com\/send\/?)\?(?:[^#]*&)?phone=([^&#]*)/i.exec(
      href,
    ) ?? /^\s*https?:\/\/(?:www\.)?wa\.me\/([^?#/]*)/i.exec(href);
  if (whatsapp === null) return null;
  // WhatsApp takes the international form only, and without its plus.
  const digits = percentDecoded(whatsapp[1] ?? '').replace(/^[\s+]*(?:00)?/, '');
  return linkOf(`+${digits}`, 'whatsapp');
}

export function isPhoneLink(href: string): boolean {
  return /^\s*(?:tel|callto|facetime|skype|sms|smsto|mms|whatsapp):|^\s*https?:\/\/(?:www\.wa\.me|wa\.me|(?:api|web)\.whatsapp\.com)\//i.test(
    href,
  );
}

/** Whether a link's first bytes leave it open that it dials, or is a vCard: looked at in place, since most links are neither. */
export function mayBePhoneLink(attributes: Attributes): boolean {
  const { href } = attribute;
  if (!attributes.begins(href, 'http')) return beginsPhoneLink[attributes.byteAt(href, 0)] === 1;
  const host = attributes.begins(href, '://', 4) ? 7 : attributes.begins(href, 's://', 4) ? 8 : -1;
  if (host === -1) return true;
  for (const name of whatsAppHosts) if (attributes.begins(href, name, host)) return true;
  return false;
}

const whatsAppHosts = ['wa.me', 'www.wa.me', 'api.whatsapp', 'web.whatsapp'];
/** The first letters of the schemes above and of `data:`; white space, character references, and what is beyond ASCII. */
const beginsPhoneLink = new Uint8Array(256).map((_, byte) =>
  byte >= 0x80 || (byte > 0 && '\t\n\v\f\r &cdfmstwCDFMSTW'.includes(String.fromCharCode(byte))) ? 1 : 0,
);

function linkOf(value: string, label: FindingLabel): PhoneLink | null {
  return /\p{Nd}/u.test(value) ? { value, label } : null;
}

/** Parameters and pauses of a dial string: `;ext=12`, `;phone-context=+44`, `,12` or `p12` after the number. */
function dialValue(dialled: string): string {
  const [head = '', ...parameters] = dialled.split(';');
  const parameter = (name: string) =>
    parameters.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const [number = '', pause] = head.split(/[,pw]+/i);
  const context = parameter('phone-context');
  const prefix = context?.startsWith('+') && !number.trim().startsWith('+') ? `${context} ` : '';
  const extension = parameter('ext') ?? pause?.replace(/[^\p{Nd}]/gu, '');
  return extension ? `${prefix}${number} ext. ${extension}` : `${prefix}${number}`;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll('%20', ' ').replace(/%2b/gi, '+');
  }
}
