/** How far ahead of the time the clock may run, in milliseconds. */
const mostAhead = 100;

/**
 * The time, no two of which are alike while it is asked for less often than once in a millisecond on average: what
 * successive calls make is then listed in the order it was made. Where it is asked more often, times repeat.
 */
export function openClock(read: () => number = Date.now): () => Date {
  let last = 0;
  return () => {
    const now = read();
    if (now > last) last = now;
    else if (last - now < mostAhead) last++;
    return new Date(last);
  };
}
