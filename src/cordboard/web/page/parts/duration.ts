import { numeral } from "./format";

/** How long, as one reads it off a clock: `0:07`, `12:34`, `1:02:03`. Nothing is shorter than nothing. */
export function duration(millis: number): string {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = numeral(rest, 2);
  return hours > 0 ? `${numeral(hours)}:${numeral(minutes, 2)}:${tail}` : `${numeral(minutes)}:${tail}`;
}
