// For what must start with few modules, and prints what it was given.
export { redactText } from './redact-text.ts';
