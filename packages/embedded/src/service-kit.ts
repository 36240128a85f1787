export { inheritedEnvironment } from '../../service/src/config.ts';
export { abandonOnAbort, createDeadline, sleep, withDeadline } from '../../service/src/deadline.ts';
export { guardPath } from '../../service/src/guard.ts';
