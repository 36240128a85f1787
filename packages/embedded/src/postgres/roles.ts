/** The databases of one machine: the truth, and the window on it that the queue is (I1). */
export const databases = ['numfleet', 'numfleet_queue'] as const;
export type Database = (typeof databases)[number];

/** Owns both databases and runs their migrations; no service connects as it. */
export const ownerRole = 'numfleet_owner';

/** Of each service its own role. Their rights to tables are given by the migrations. */
export const serviceRoles = ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console', 'numfleet_crawler'] as const;
export type ServiceRole = (typeof serviceRoles)[number];

export const fleetRoles = [ownerRole, ...serviceRoles] as const;

export const superuser = 'postgres';

export const roles = [superuser, ...fleetRoles] as const;
export type Role = (typeof roles)[number];
