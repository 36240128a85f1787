/** The plain E.164 form of a number (with `;ext=`). Importable in the few files that dependency-cruiser names. */
export { digitsOf as reveal } from './vault.ts';
