export * from '../../service/src/deadline.ts';
export { guardPath } from '../../service/src/guard.ts';
