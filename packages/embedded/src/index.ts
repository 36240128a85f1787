export type { AssignedPorts, WantedPorts } from './fleet/assign-ports.ts';
export { reachDatabase } from './fleet/reach-database.ts';
export type { ServiceApp } from './fleet/service-specs.ts';
export { type Fleet, type FleetOptions, startFleet } from './fleet/start-fleet.ts';
export type { Migration } from './postgres/prepare-databases.ts';
export { prepareGivenDatabase } from './postgres/prepare-given-database.ts';
export { type ServiceRole, serviceRoles } from './postgres/roles.ts';
export { type EmbeddedPostgres, startPostgres } from './postgres/start-postgres.ts';
export type { ProcessExit, ProcessState } from './processes/process-spec.ts';
