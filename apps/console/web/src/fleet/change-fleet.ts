import type { csrfHeader, SessionView } from '@numfleet/contracts';
import { type Asked, askConsole } from './ask-console.ts';

/** By its type alone, which holds it to contracts' value: the value itself would bring zod into the bundle. */
const header: typeof csrfHeader = 'x-csrf-token';

/** Has the console change something, proving first that it is a page of the console that asks (CSRF). */
export async function changeFleet<Answer>(path: string): Promise<Asked<Answer>> {
  const session = await askConsole<SessionView>('/api/v1/session');
  if (!session.ok) return session;
  return await askConsole<Answer>(path, { method: 'POST', headers: { [header]: session.answer.csrfToken } });
}
