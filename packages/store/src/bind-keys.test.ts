import { expect, inject, it } from 'vitest';
import { bindKeys } from './index.ts';
import { createTestDatabase } from './testing/test-database.ts';

it('a database knows the keys that it was written under, and refuses others by name', async () => {
  await using database = await createTestDatabase(inject('postgresUrl'));
  const bind = (ids: Record<string, string>) =>
    bindKeys({ connectionString: database.url('numfleet_owner'), ids, now: new Date() });
  await bind({ url: 'a', page: 'b' });
  await bind({ url: 'a', page: 'b' });
  await bind({ url: 'a', page: 'b', 'number-index': 'c' });
  await expect(bind({ url: 'a', page: 'x', 'number-index': 'y' })).rejects.toMatchObject({
    code: 'key-wrong',
    message: expect.stringContaining('number-index, page'),
  });
});
