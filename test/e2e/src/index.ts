export type { ConsoleApi } from './console-api.ts';
export { connect, type FleetDatabase } from './databases.ts';
export { leftovers } from './leftovers.ts';
export { descendantsOf, type LiveProcess } from './live-processes.ts';
export { type LogLine, serviceLogs } from './service-logs.ts';
export { type FleetExit, type FleetProcess, startFleetProcess } from './start-fleet-process.ts';
export { demoEnvironment, type FleetUnderTest, startFleetUnderTest } from './start-fleet-under-test.ts';
export { until } from './until.ts';
