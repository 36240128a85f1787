import type { IsolatedWorld } from './isolated-world.ts';
import { revealPhrases } from './reveal-phrases.ts';

/** Clicks of a page at most. */
const maxClicks = 3;

/**
 * Clicks what says that it shows a telephone number; gives how many clicks that were. Nothing that leads elsewhere or sends a
 * form, and nothing that cannot be seen; what a click still tries of that, the page's requests are refused.
 */
export async function revealNumbers(world: IsolatedWorld): Promise<number> {
  return await world.call<number>(revealScript, { phrases: Object.values(revealPhrases), maxClicks });
}

const revealScript = `({ phrases, maxClicks }) => {
  const clickable = 'button, [role="button"], a, input[type="button"], [onclick], [class*="phone" i], [class*="tel" i], [class*="number" i], [data-phone], summary';
  const textOf = (element) =>
    [element.textContent, element.value, element.getAttribute('aria-label'), element.title].map((text) =>
      typeof text === 'string' && text.length <= 200 ? text.normalize('NFKC').replace(/\\s+/g, ' ').trim().toLowerCase() + ' ' : '');
  const says = (text) => text.length <= 60 &&
    phrases.some(({ verbs, nouns }) => verbs.some((verb) => text.includes(verb)) && nouns.some((noun) => text.includes(noun)));
  const saysSo = (element) => textOf(element).some(says);
  const leadsElsewhere = (element) => {
    const link = element.closest('a[href], area[href]');
    if (link === null) return false;
    const href = link.getAttribute('href').trim();
    return !(href === '' || href.startsWith('#') || /^javascript:/i.test(href));
  };
  const sendsForm = (element) => {
    const control = element.closest('button, input');
    return control !== null && control.form !== null && /^(submit|image|reset)$/.test(control.type);
  };
  const chosen = [];
  for (const element of document.querySelectorAll(clickable)) {
    if (chosen.length === maxClicks) break;
    if (chosen.some((one) => one.contains(element) || element.contains(one))) continue;
    if (leadsElsewhere(element) || sendsForm(element) || !saysSo(element) || !element.checkVisibility()) continue;
    chosen.push(element);
  }
  for (const element of chosen) element.click();
  return chosen.length;
}`;
