// Apart from the other door: it brings telemetry along, which takes 200 ms to load and which only services need.
export { runService, type Service, type ServiceContext } from './run-service.ts';
