import type pg from 'pg';
import { fleetRoles } from './roles.ts';

type FleetPasswords = Readonly<Partial<Record<(typeof fleetRoles)[number], string>>>;

/** Makes the roles that have a password, where they are not there, and sets it. `admin` may make roles. */
export async function createRoles(admin: pg.Client, passwords: FleetPasswords): Promise<void> {
  const { rows } = await admin.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
  const existing = new Set(rows.map((row) => row.rolname));
  for (const role of fleetRoles) {
    const password = passwords[role];
    if (password === undefined) continue;
    const verb = existing.has(role) ? 'ALTER' : 'CREATE';
    await admin.query(`${verb} ROLE ${role} LOGIN PASSWORD ${admin.escapeLiteral(password)}`);
  }
}
