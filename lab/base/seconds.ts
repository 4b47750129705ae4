/** Returns the seconds since `since`, a time from `Date.now()`. */
export function elapsed(since: number): number {
  return (Date.now() - since) / 1_000;
}

/** Formats a duration for people: `8 s`, `2 m 05 s`, `1 h 02 m`. */
export function humanSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3_600) {
    return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  }
  return `${Math.floor(whole / 3_600)} h ${two(Math.floor((whole % 3_600) / 60))} m`;
}
