import { fileURLToPath } from 'node:url';

/**
 * The script that runs a command so that it cannot outlive its owner (I10): `guard.sh COMMAND [ARGUMENT…]`, started
 * detached, with a pipe as descriptor 3 or a FIFO named by NUMFLEET_LIFELINE. Its head lists the rest of the settings.
 */
export const guardPath: string = fileURLToPath(new URL('../guard.sh', import.meta.url));
