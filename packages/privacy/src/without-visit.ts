/** What click tracking adds to a link. None of it changes the page. */
const tracking = new Set([
  ...['gclid', 'gclsrc', 'dclid', 'gbraid', 'wbraid', 'gad_source', 'gad_campaignid', 'srsltid', '_ga', '_gl'],
  ...['fbclid', 'igshid', 'msclkid', 'yclid', 'ysclid', '_openstat', 'twclid', 'ttclid', 'li_fat_id', 'rdt_cid'],
  ...['mc_cid', 'mc_eid', '_hsenc', '_hsmi', '__hssc', '__hstc', '__hsfp', 'hsctatracking', 'mkt_tok', 'vero_id'],
  ...['oly_anon_id', 'oly_enc_id', 's_cid', 'wt_mc', 'wickedid', '_kx', 'epik', 'irclickid'],
]);

/** Names that only session ids have, in PHP, Java, ColdFusion and shop systems. */
const session = /^(?:phpsessid|jsessionid|aspsessionid[a-z]*|oscsid|zenid|xtcsid|cfid|cftoken|sessionid|session_id)$/;
/** Names that others have too: a section is `sid=12`, and a session what no person would count or spell. */
const ambiguousSession = /^(?:s|sid|sess|session|phpsid|ssid)$/;
const token = /^(?=[^&]*\d)(?=[^&]*[a-z])[a-z0-9]{16,}$/i;

/** `/shop;jsessionid=1A2B/x` and ASP.NET's `/(S(1a2b…))/x`. */
const sessionInPath = /;jsessionid=[^/;?#]*|\/\((?:[A-Z]\([a-z0-9]{20,}\))+\)(?=\/)/gi;

/** An absolute URL without fragment, less what tells visits apart and not pages, and less the `?` of an empty query. */
export function withoutVisit(href: string): string {
  const mark = href.indexOf('?');
  const path = (mark === -1 ? href : href.slice(0, mark)).replace(sessionInPath, '');
  if (mark === -1) return path;
  const kept = href
    .slice(mark + 1)
    .split('&')
    .filter((parameter) => !isOfVisit(parameter));
  const query = kept.join('&');
  return query === '' ? path : `${path}?${query}`;
}

function isOfVisit(parameter: string): boolean {
  const equals = parameter.indexOf('=');
  const name = (equals === -1 ? parameter : parameter.slice(0, equals)).toLowerCase();
  if (name.startsWith('utm_') || tracking.has(name) || session.test(name)) return true;
  return equals !== -1 && ambiguousSession.test(name) && token.test(parameter.slice(equals + 1));
}
