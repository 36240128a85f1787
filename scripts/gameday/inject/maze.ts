/** A site of many pages that is not known at once: each leads a little further on, and back to many that came before it. */
export interface Maze {
  /** The pages' paths; the first leads to all others. */
  paths: readonly string[];
  linksOf(page: number): number[];
  html(page: number): string;
}

const menu = 10;
const back = 20;
const steps = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90];

export function createMaze(pages: number): Maze {
  const pathOf = (page: number) => (page === 0 ? '/' : `/p/${page}`);
  const linksOf = (page: number) => {
    const before = Array.from({ length: back }, (_, n) => (page * 7 + n * n * 31) % (page + 1));
    const links = [...Array(menu).keys(), ...before, ...steps.map((step) => page + step)];
    return [...new Set(links)].filter((link) => link !== page && link < pages);
  };
  return {
    paths: Array.from({ length: pages }, (_, page) => pathOf(page)),
    linksOf,
    html: (page) => `<!doctype html><p>${linksOf(page).map((to) => `<a href="${pathOf(to)}">to ${to}</a>`)}</p>`,
  };
}
