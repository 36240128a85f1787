import { type NumberView, numberView } from '@numfleet/contracts';
import { z } from 'zod';
import { csvHead, csvRows } from './csv.ts';

export interface ExportFormat {
  /** Media type, as it is negotiated and answered. */
  type: string;
  contentType: string;
  head: string;
  /** All that is written of a number, with its line breaks. */
  write(view: NumberView): string;
  /** Of one line, for the API's documentation. */
  line: z.ZodType;
}

export const exportFormats = {
  jsonl: {
    type: 'application/x-ndjson',
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    write: (view) => `${JSON.stringify(view)}\n`,
    line: numberView,
  },
  csv: {
    type: 'text/csv',
    contentType: 'text/csv; charset=utf-8; header=present',
    head: csvHead,
    write: csvRows,
    line: z.string(),
  },
} as const satisfies Record<string, ExportFormat>;

export type FormatName = keyof typeof exportFormats;

/** What the query asks for, or else the Accept header; JSON lines where neither says. */
export function chooseFormat(asked: FormatName | undefined, accept: string | undefined): FormatName {
  if (asked !== undefined) return asked;
  const wishes = (accept ?? '').split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    return { type, quality: Number(quality) || 0 };
  });
  const wishFor = (format: ExportFormat) => wishes.find(({ type }) => type === format.type)?.quality ?? 0;
  return wishFor(exportFormats.csv) > wishFor(exportFormats.jsonl) ? 'csv' : 'jsonl';
}
