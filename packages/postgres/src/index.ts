export { type CheckedPool, openPool, type PoolOptions } from './open-pool.ts';
