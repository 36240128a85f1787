/** Who acts, for the audit. There is one token, hence one operator. */
export const operator = 'operator';
