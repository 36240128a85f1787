const answerBoundMs = 2_000;

/** Whether a service answers with a 2xx: that it is ready at its `/readyz`, that it lives at its `/livez`. */
export async function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerBoundMs)]);
  const response = await fetch(url, { signal: bounded, redirect: 'error' });
  await response.body?.cancel();
  return response.ok;
}
