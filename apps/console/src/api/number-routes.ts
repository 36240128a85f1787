import { numberView } from '@numfleet/contracts';
import { maskNumber } from '@numfleet/privacy';
import { z } from 'zod';
import { type RevealDeps, revealNumbers } from '../reveal-numbers.ts';
import { operator } from './operator.ts';
import { refuseNumbers } from './parse-body.ts';
import { type ApiRoute, linesRoute } from './route.ts';

const revealRequest = z.strictObject({ purpose: z.string().trim().min(1).max(500) });

export function numberRoutes(deps: RevealDeps): ApiRoute[] {
  return [
    linesRoute({
      method: 'GET',
      path: '/campaigns/{campaign}/numbers',
      summary: "A campaign's numbers, masked; each with its newest 100 sightings.",
      body: null,
      answer: numberView,
      handle: ({ campaignId }) => deps.viewNumbers(campaignId, maskNumber),
    }),
    linesRoute({
      method: 'POST',
      path: '/campaigns/{campaign}/numbers/reveal',
      summary: 'The same in plain. Who asked and why is in the audit before the first one leaves.',
      body: revealRequest,
      answer: numberView,
      handle({ campaignId, body: { purpose } }) {
        refuseNumbers({ purpose });
        return revealNumbers(deps, { campaignId, purpose, actor: operator });
      },
    }),
  ];
}
