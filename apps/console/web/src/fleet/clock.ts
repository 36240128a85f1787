import { createContext, useContext, useEffect, useState } from 'react';

/** How far the console's clock is ahead of this browser's, ms: what the fleet says of time is meant by its own. */
export const ClockOffset = createContext(0);

/** The time by the console's clock, epoch ms, read again every `everyMs`. */
export function useFleetClock(everyMs: number): number {
  const offset = useContext(ClockOffset);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now + offset;
}
