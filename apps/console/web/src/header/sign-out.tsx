import { useState } from 'react';
import { changeFleet } from '../fleet/change-fleet.ts';

/** Ends the session, then shows the sign-in page. */
export function SignOut() {
  const [isEnding, setEnding] = useState(false);
  const end = async () => {
    setEnding(true);
    const asked = await changeFleet('/api/v1/session/end');
    if (asked.ok || asked.reason === 'signed-out') location.assign('/login');
    else setEnding(false);
  };
  return (
    <button type="button" disabled={isEnding} onClick={() => void end()}>
      Sign out
    </button>
  );
}
