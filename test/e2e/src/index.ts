export { type ConsoleApi, createConsoleApi } from './console-api.ts';
export { type CrawledPage, crawledPages, timesFetched } from './crawled-pages.ts';
export { connect, type FleetDatabase } from './databases.ts';
export { leftovers } from './leftovers.ts';
export { descendantsOf, type LiveProcess } from './live-processes.ts';
export { metricSums } from './metric-sums.ts';
export { type CountByState, type PageCounts, readPageCounts, sumOf } from './page-counts.ts';
export { quickHosts } from './quick-hosts.ts';
export { type PageServer, type ServedPage, servePages } from './serve-pages.ts';
export { type LogLine, serviceLogs } from './service-logs.ts';
export { serviceSpans } from './service-spans.ts';
export {
  type FleetExit,
  type FleetProcess,
  type FleetProcessOptions,
  startFleetProcess,
} from './start-fleet-process.ts';
export { demoEnvironment, type FleetUnderTest, startFleetUnderTest } from './start-fleet-under-test.ts';
export { until } from './until.ts';
export {
  adminAnswers,
  apiAnswers,
  bullBoard,
  consoleAnswers,
  databaseRows,
  processTable,
  queueRows,
  type Surface,
} from './watched-surfaces.ts';
