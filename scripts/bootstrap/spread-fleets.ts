import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Spreads the files of the project `fleets` over all others. Each of them keeps more than a core busy, while the others wait
 * for a third of their time: two fleets at once are in each other's way, and without one a core stands idle.
 */
export class SpreadFleets extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFleet = ({ project }: TestSpecification) => project.name === 'fleets';
    const sorted = await super.sort(files);
    return spread(
      sorted.filter(isFleet),
      sorted.filter((file) => !isFleet(file)),
    );
  }
}

/** All of both, in their order, each of the few before an even share of the many. */
export function spread<T>(few: readonly T[], many: readonly T[]): T[] {
  if (few.length === 0) return [...many];
  const shareOf = (index: number) => Math.round((index * many.length) / few.length);
  return few.flatMap((one, index) => [one, ...many.slice(shareOf(index), shareOf(index + 1))]);
}
