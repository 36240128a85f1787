import { z } from 'zod';

/**
 * Pages of a host are told apart by the form of their address into so many kinds, and each kind shows for itself whether it
 * needs a browser: the listings of a directory may, where its articles do not.
 */
export const pageKinds = 8;
export const pageKind = z
  .int()
  .min(0)
  .max(pageKinds - 1);

/**
 * What a host's pages of a kind have shown, as it goes with a job: `browser`, numbers that only a browser finds; `static`,
 * none so far; `sample`, none so far, and this one is to be read both ways to see whether that holds.
 */
export const renderAdvices = ['static', 'sample', 'browser'] as const;
export type RenderAdvice = (typeof renderAdvices)[number];

/** Why a page was rendered: its campaign always does, its own form shows that scripts have yet to make it, or the advice. */
export const renderReasons = ['asked', 'form', 'host', 'sample'] as const;
export type RenderReason = (typeof renderReasons)[number];

/** Why it was not: it has no scripts; it has some, and looks whole without; or its campaign never does. */
export const plainReasons = ['no-scripts', 'looks-whole', 'forbidden'] as const;

export const renderDecisions = [...renderReasons, ...plainReasons] as const;
/** How it was decided whether a page is rendered. A closed set: it is a label value. */
export type RenderDecision = (typeof renderDecisions)[number];

/** What a page tells about rendering those like it. */
export const renderEvidence = z.strictObject({
  kind: pageKind,
  decision: z.enum(renderDecisions),
  /** Whether the browser's page had numbers that were not in the page as it was fetched; null where nothing was compared. */
  gained: z.boolean().nullable(),
});
export type RenderEvidence = z.infer<typeof renderEvidence>;
