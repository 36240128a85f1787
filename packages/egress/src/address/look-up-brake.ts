/** Look-ups in a row that timed out, with none answered in between, after which the name servers count as gone. */
const timeoutsInRow = 10;

export interface LookUpBrake {
  /** Whether a look-up may begin now; that which may not has failed. */
  admits(): boolean;
  /** Call when a look-up begins; what is returned, when it has ended. */
  begin(): (result: 'answered' | 'failed' | 'timeout') => void;
}

/**
 * Once name servers are gone, look-ups are made one at a time until one is answered. Without it, 500 new hosts hold every
 * place of a crawler for 4.5 s each, and again at each retry, so that pages of hosts whose addresses are known wait for
 * minutes (G24: of 400 pages none began within 40 s).
 */
export function createLookUpBrake(): LookUpBrake {
  let inFlight = 0;
  let inRow = 0;
  return {
    admits: () => inRow < timeoutsInRow || inFlight === 0,
    begin() {
      inFlight += 1;
      return (result) => {
        inFlight -= 1;
        // A server that fails at once holds nobody up.
        inRow = result === 'timeout' ? inRow + 1 : 0;
      };
    },
  };
}
