import { expect, test } from 'vitest';
import { createMaze } from './maze.ts';

test('every page of a maze is reached, and none is known long before', () => {
  const maze = createMaze(1_000);
  const known = new Set([0]);
  let [crawled, ahead] = [0, 0];
  for (const page of known) {
    for (const to of maze.linksOf(page)) known.add(to);
    crawled += 1;
    ahead = Math.max(ahead, known.size - crawled);
  }
  expect(crawled).toBe(1_000);
  expect(ahead).toBeLessThan(250);
  expect(maze.html(5)).toContain(`<a href="${maze.paths[95]}">`);
});
