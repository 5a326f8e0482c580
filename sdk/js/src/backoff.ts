// When to try again, and whether to.

const FIRST = 250;
const LONGEST = 15_000;

/**
 * How long to wait before the next try, in milliseconds: doubling up to a bound, and anywhere in the upper half of that,
 * so that the pages of a hub that restarts do not all come back at once. `failures` counts from 1, `random` is in [0, 1).
 */
export function delay(failures: number, random: number): number {
  const whole = Math.min(LONGEST, FIRST * 2 ** Math.min(Math.max(failures, 1) - 1, 16));
  return Math.round(whole / 2 + (random * whole) / 2);
}

export type Return = "come-back" | "sign-in" | "stay-away";

/** What a close code of the native protocol asks of a page. What is not ours (1001, 1006 …) is the network's: come back. */
export function returnAfter(code: number): Return {
  if (code >= 4100 && code < 4200) return "sign-in";
  if (code >= 4200 && code < 4300) return "stay-away";
  return "come-back";
}
