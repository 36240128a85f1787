// What a digit is and what people write between two: one idea for who looks for numbers and who keeps them from being seen.
export { astralDigits, between, combining, foldedCodes, isDigitCode } from './digits/folded-codes.ts';
export { zeros } from './digits/folds.generated.ts';
