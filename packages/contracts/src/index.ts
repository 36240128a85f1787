export * from './campaign.ts';
export * from './crawl-job.ts';
export * from './crawl-result.ts';
export * from './error-codes.ts';
export * from './errors.ts';
export * from './findings.ts';
export * from './queue-names.ts';
export * from './wire.ts';
