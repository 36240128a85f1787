/** Text of a page as it is gathered: runs of one line (block) of text join, lines are separated by a newline. */
export type PageText = {
  append(text: string): void;
  /** Ends the line: what follows stands in another block, cell or line. */
  breakLine(): void;
  /** For the edges of links: a whole number ends there, so that two links side by side do not run together. */
  endNumber(): void;
  /** The last `length` characters at most. */
  tail(length: number): string;
  toString(): string;
};

const leastDigits = 7;
const maxNumberLength = 20;

export function createPageText(): PageText {
  const parts: string[] = [];
  const tail = (length: number): string => {
    let text = '';
    for (let index = parts.length - 1; index >= 0 && text.length < length; index--) text = `${parts[index]}${text}`;
    return text.slice(-length);
  };
  return {
    append(text) {
      if (text === '') return;
      parts.push(/[\n\r\t\f]| {2}/.test(text) ? text.replace(/[ \n\r\t\f]+/g, ' ') : text);
    },
    breakLine() {
      if (parts.at(-1) !== '\n') parts.push('\n');
    },
    endNumber() {
      if (!/\p{Nd}$/u.test(parts.at(-1) ?? '')) return;
      const number = /[\p{Nd}\p{P}\p{Zs}]+$/u.exec(tail(maxNumberLength))?.[0] ?? '';
      parts.push(number.replace(/\P{Nd}+/gu, '').length < leastDigits ? ' ' : '\n');
    },
    tail,
    toString: () => parts.join(''),
  };
}
