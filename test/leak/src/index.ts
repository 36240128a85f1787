export { createLeakScanner, type Leak, type LeakScanner } from './create-leak-scanner.ts';
