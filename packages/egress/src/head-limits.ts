/** An answer's head has no more than this, wherever it comes from (I8). What Chromium takes within TLS is its own: 256 KiB. */
export const headLimits = { bytes: 65_536, fields: 256 } as const;
