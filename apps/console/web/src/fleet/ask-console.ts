/** What a request to the console came to: its answer, or why there is none, in words for the operator. */
export type Asked<Answer> =
  | { ok: true; answer: Answer }
  | { ok: false; reason: 'signed-out' | 'refused' | 'unreachable'; message: string };

/** A console that has not answered by then is taken for gone. */
const deadlineMs = 5_000;

/** Asks the console for JSON. What it answers is taken as typed: page and API are of the same build. */
export async function askConsole<Answer>(path: string, init: RequestInit = {}): Promise<Asked<Answer>> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  try {
    const response = await fetch(path, { ...init, signal, headers: { accept: 'application/json', ...init.headers } });
    if (response.ok) return { ok: true, answer: (await response.json()) as Answer };
    const reason = response.status === 401 ? 'signed-out' : 'refused';
    return { ok: false, reason, message: await messageOf(response) };
  } catch {
    return { ok: false, reason: 'unreachable', message: 'The console does not answer.' };
  }
}

async function messageOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  return body?.error?.message ?? `The console answered ${response.status}.`;
}
