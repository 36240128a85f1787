import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revealPhrases } from './reveal-phrases.ts';
import { type BrowserLab, createBrowserLab } from './testing/browser-lab.ts';

const timeout = 120_000;
let lab: BrowserLab;

beforeAll(async () => {
  lab = await createBrowserLab((request, response) => void response.end(`[${request.url}]`), { maxPages: 4 });
}, timeout);
afterAll(() => lab[Symbol.asyncDispose](), timeout);

/** A button that says `label` and, when it is clicked, shows what /number/`id` answers. */
const button = (label: string, id: string | number, attributes = 'type="button"') =>
  `<button ${attributes} onclick="fetch('/number/${id}').then((a) => a.text()).then((t) => { this.textContent = t })">${label}</button>`;

describe.concurrent('a button that shows a number', { timeout }, () => {
  test('is clicked, and what it brings is waited for', async () => {
    const { html, cuts } = await rendered(`<body><h1>Flat</h1>${button('Show phone number', 'en')}`);
    expect(html).toContain('[/number/en]');
    expect(cuts).toEqual([]);
  });

  const languages = {
    'de, fr, es': ['Telefonnummer anzeigen', 'Afficher le numéro', 'Ver teléfono'],
    'it, pt, ru': ['Mostra numero', 'Mostrar telefone', 'Показать номер'],
    'pl, tr, el': ['Pokaż numer telefonu', 'Numarayı göster', 'Εμφάνιση τηλεφώνου'],
    'zh, ja, ko': ['点击查看电话', '電話番号を表示', '전화번호 보기'],
    'ar, hi, vi': ['إظهار رقم الهاتف', 'नंबर देखें', 'Hiện số điện thoại'],
  };
  test.each(Object.entries(languages))('in %s', async (_, labels) => {
    const { html } = await rendered(`<body>${labels.map((label, id) => button(label, id)).join('')}`);
    expect(labels.map((_, id) => html.includes(`[/number/${id}]`))).toEqual(labels.map(() => true));
  });

  test('may be a link that leads nowhere, a span, or say so to screen readers only', async () => {
    const shows = (id: string) =>
      `onclick="fetch('/number/${id}').then((a) => a.text()).then((t) => document.body.append(t))"`;
    const { html } = await rendered(`<body><a href="#" ${shows('link')}>Show number</a>
      <span class="js-phone" ${shows('span')}>Click to reveal phone</span>
      <div role="button" aria-label="Reveal phone number" ${shows('label')}>***</div>`);
    for (const id of ['link', 'span', 'label']) expect(html).toContain(`[/number/${id}]`);
  });

  test('no more than three', async () => {
    const { html } = await rendered(`<body>${[1, 2, 3, 4, 5].map((id) => button('Show number', id)).join('')}`);
    expect([1, 2, 3, 4, 5].filter((id) => html.includes(`[/number/${id}]`))).toEqual([1, 2, 3]);
  });
});

test('nothing is clicked that sends a form, leads elsewhere, is not to be seen, or says something else', {
  timeout,
}, async () => {
  const asked = lab.asked.length;
  const page = await rendered(`<body>
    <form action="/sent"><input name="q" value="x"><button>Show phone number</button><input type="submit" value="Show number"></form>
    <form action="/sent-too">${button('Show phone number', 'form', 'type="submit"')}</form>
    <a href="/phone">Show phone number</a><a href="tel:+44">Show phone number</a>
    <a href="/other">${'<button type="button">Show phone number</button>'}</a>
    <div style="display: none">${button('Show number', 'hidden')}</div>
    ${button('Order now', 'order')}${button('Show all', 'all')}
    ${button(`Show the phone number of ${'a very long story '.repeat(6)}`, 'story')}`);
  expect(lab.asked.slice(asked)).toEqual([]);
  expect(page.navigatedTo).toEqual([]);
});

test('a form that a script sends all the same goes nowhere, and the page is read', { timeout }, async () => {
  const asked = lab.asked.length;
  const page = await rendered(`<body>text<form action="/sent" method="post"></form>
    <button type="button" onclick="document.forms[0].submit()">Show number</button>`);
  expect(page.html).toContain('text');
  expect(lab.asked.slice(asked)).toEqual([]);
});

test('there are phrases of many languages, each with something to match', () => {
  expect(Object.keys(revealPhrases).length).toBeGreaterThanOrEqual(20);
  for (const { verbs, nouns } of Object.values(revealPhrases)) {
    for (const phrase of [...verbs, ...nouns]) expect(phrase).toBe(phrase.normalize('NFKC').toLowerCase());
    expect(Math.min(verbs.length, nouns.length)).toBeGreaterThan(0);
  }
});

describe.concurrent('what is loaded when it comes into view', { timeout }, () => {
  const screens = (count: number) => '<div style="height: 100vh">screen</div>'.repeat(count);

  test('is loaded, some screens down', async () => {
    const page = await rendered(`<body>${screens(5)}<footer>…</footer><script>
      new IntersectionObserver(([entry], observer) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        fetch('/footer').then((answer) => answer.text()).then((text) => { entry.target.textContent = text });
      }).observe(document.querySelector('footer'));
    </script>`);
    expect(page.html).toContain('[/footer]');
    expect(page.cuts).toEqual([]);
  });

  test('and of a page without end, some', async () => {
    const page = await rendered(`<body>${screens(2)}<script>
      let parts = 0;
      addEventListener('scroll', () => {
        if (scrollY + innerHeight < document.body.scrollHeight - innerHeight) return;
        document.body.insertAdjacentHTML('beforeend', '<div style="height: 100vh">part ' + ++parts + '</div>');
      });
    </script>`);
    expect(page.html).toContain('part 3');
    expect(page.html).not.toContain('part 30');
    expect(page.cuts).toEqual([]);
  });
});

async function rendered(html: string) {
  const outcome = await lab.show(html, { deadlineMs: 50_000 });
  if (outcome.kind !== 'rendered') throw new Error(`not rendered: ${outcome.code}`);
  return outcome;
}
