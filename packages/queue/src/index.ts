export { type QueueConnection, queueConnection } from './connection.ts';
export { type Consumer, consumeQueue, type Handled } from './consume-queue.ts';
export type { Messages } from './contract.ts';
export { maxEnvelopeBytes } from './envelope.ts';
export { migrateQueue } from './migrate-queue.ts';
export { type JobQueue, type JobState, openQueue } from './open-queue.ts';
export { type MessageSummary, summariseMessage } from './summarise-message.ts';
