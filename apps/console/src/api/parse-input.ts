import { NumfleetError } from '@numfleet/contracts';
import { redactText } from '@numfleet/privacy';
import type { z } from 'zod';

/**
 * Throws `request-invalid`, which says where and what was expected but not what was given, and `purpose-missing` where
 * only the purpose is not there.
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, where: 'query' | 'body'): T {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  if (where === 'body' && isBlank(input, 'purpose') && issues.every((issue) => issue.path[0] === 'purpose')) {
    throw new NumfleetError('purpose-missing', 'Say why: `purpose` is required and kept with every audit event.');
  }
  const said = issues.slice(0, 5).map((issue) => `${issue.path.join('.') || where}: ${issue.message}`);
  // Names of fields that are not in the schema are the caller's text.
  throw new NumfleetError('request-invalid', redactText(`${said.join('; ')}.`).text);
}

/**
 * What an operator writes about a campaign is stored and shown in plain, so none of it may be a number (I3).
 * Throws `request-invalid`, which names the field.
 */
export function refuseNumbers(fields: Record<string, string | null>): void {
  const field = Object.keys(fields).find((name) => redactText(fields[name] ?? '').count > 0);
  if (field === undefined) return;
  throw new NumfleetError(
    'request-invalid',
    `${field}: looks as if it held a phone number, and it is stored in plain.`,
  );
}

function isBlank(body: unknown, field: string): boolean {
  if (typeof body !== 'object' || body === null) return true;
  const value = (body as Record<string, unknown>)[field];
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
