import { maskNumber } from '@numfleet/privacy';
import type { Store } from '@numfleet/store';
import { z } from 'zod';
import { type AuditedExport, auditExport } from '../exports/audit-export.ts';
import { chooseFormat, exportFormats, type FormatName } from '../exports/export-formats.ts';
import type { LimitReveals } from '../exports/limit-reveals.ts';
import { revealNumbers } from '../exports/reveal-numbers.ts';
import type { ViewNumbers } from '../exports/view-numbers.ts';
import { refuseNumbers } from './parse-input.ts';
import { type ApiRoute, type Asked, streamRoute } from './route.ts';
import type { Streamed } from './send-stream.ts';

export interface NumberRouteDeps {
  store: Store;
  viewNumbers: ViewNumbers;
  limitReveals: LimitReveals;
  now: () => Date;
}

const formatQuery = z.strictObject({ format: z.enum(['jsonl', 'csv']).optional() });
const revealRequest = z.strictObject({ purpose: z.string().trim().min(1).max(500) });

const content = Object.fromEntries(Object.values(exportFormats).map(({ type, line }) => [type, line]));

export function numberRoutes(deps: NumberRouteDeps): ApiRoute[] {
  const { viewNumbers } = deps;
  return [
    streamRoute({
      method: 'GET',
      path: '/campaigns/{campaign}/numbers',
      summary: "A campaign's numbers, masked; each with its newest 100 sightings. Every export is audited.",
      query: formatQuery,
      body: null,
      content,
      handle: (asked) =>
        exportAs(deps, asked, {
          action: 'numbers.exported',
          purpose: null,
          numbers: viewNumbers(asked.campaignId, maskNumber),
        }),
    }),
    streamRoute({
      method: 'POST',
      path: '/campaigns/{campaign}/numbers/reveal',
      summary: 'The same in plain. Who asked and why is in the audit before the first one leaves.',
      query: formatQuery,
      body: revealRequest,
      content,
      handle(asked) {
        const { purpose } = asked.body;
        refuseNumbers({ purpose });
        const numbers = revealNumbers(viewNumbers, asked.campaignId);
        const before = () => deps.limitReveals(asked.actor);
        return exportAs(deps, asked, { action: 'numbers.revealed', purpose, numbers, before });
      },
    }),
  ];
}

function exportAs(
  deps: NumberRouteDeps,
  { campaignId, query, request, actor }: Asked<{ format?: FormatName | undefined }, unknown>,
  what: Pick<AuditedExport, 'action' | 'purpose' | 'numbers' | 'before'>,
): Streamed {
  const format = chooseFormat(query.format, request.headers.accept);
  return {
    type: exportFormats[format].contentType,
    fileName: `campaign-${campaignId}-numbers.${format}`,
    chunks: auditExport(deps, { ...what, campaignId, actor, format }),
  };
}
