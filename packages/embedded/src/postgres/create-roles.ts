import type pg from 'pg';
import type { Passwords } from './passwords.ts';
import { fleetRoles } from './roles.ts';

/** Makes the roles of the fleet, where they are not there, and sets their passwords. `admin` is the superuser's. */
export async function createRoles(admin: pg.Client, passwords: Passwords): Promise<void> {
  const { rows } = await admin.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
  const existing = new Set(rows.map((row) => row.rolname));
  for (const role of fleetRoles) {
    const verb = existing.has(role) ? 'ALTER' : 'CREATE';
    await admin.query(`${verb} ROLE ${role} LOGIN PASSWORD ${admin.escapeLiteral(passwords[role])}`);
  }
}
