const answerBoundMs = 2_000;

/** Whether a service says that it is ready: a 2xx from its `/readyz`. */
export async function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerBoundMs)]);
  const response = await fetch(url, { signal: bounded, redirect: 'error' });
  await response.body?.cancel();
  return response.ok;
}
