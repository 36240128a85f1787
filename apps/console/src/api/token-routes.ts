import { apiTokenView, createdToken, createTokenRequest } from '@numfleet/contracts';
import { createToken, listTokens, revokeToken, type Store } from '@numfleet/store';
import { z } from 'zod';
import { makeToken } from '../sign-in/auth.ts';
import { refuseNumbers } from './parse-input.ts';
import { type ApiRoute, valueRoute } from './route.ts';

const dayMs = 86_400_000;
const revokeRequest = createTokenRequest.pick({ name: true });

export function tokenRoutes({ store, now }: { store: Store; now: () => Date }): ApiRoute[] {
  return [
    valueRoute({
      method: 'GET',
      path: '/tokens',
      summary: 'The tokens that were given out, without themselves: only what they hash to is kept.',
      body: null,
      answer: z.object({ tokens: z.array(apiTokenView) }),
      handle: async () => ({ tokens: await listTokens(store, now()) }),
    }),
    valueRoute({
      method: 'POST',
      path: '/tokens',
      summary: 'Give out a token. This answer is the one time that it is seen.',
      body: createTokenRequest,
      status: 201,
      answer: createdToken,
      async handle({ body: { name, role, campaigns, days }, actor }) {
        refuseNumbers({ name });
        const { token, hash } = makeToken();
        const expiresAt = new Date(now().getTime() + days * dayMs);
        await store.transaction((tx) => createToken(tx, { name, role, campaigns, hash, expiresAt, actor, now: now() }));
        return { token, expiresAt: expiresAt.toISOString() };
      },
    }),
    valueRoute({
      method: 'POST',
      path: '/tokens/revoke',
      summary: 'End a token, and the sessions that were signed in with it, at once.',
      body: revokeRequest,
      answer: z.object({ revoked: z.literal(true) }),
      async handle({ body: { name }, actor }) {
        await store.transaction((tx) => revokeToken(tx, { name, actor, now: now() }));
        return { revoked: true as const };
      },
    }),
  ];
}
