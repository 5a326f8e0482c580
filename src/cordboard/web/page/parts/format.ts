// Numbers, times and dates as the document's language writes them.

const DAY = 24 * 60 * 60 * 1000;
const formats = new Map<string, Intl.NumberFormat>();

/** A whole number, with at least so many digits. */
export function numeral(number: number, digits = 1): string {
  const key = `${locale()}/${digits}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Intl.NumberFormat(locale(), { minimumIntegerDigits: digits, useGrouping: digits === 1 })));
  return format.format(number);
}

/** The time of a moment; with its date when that was not within the last day. */
export function when(at: number, now = Date.now()): string {
  const far = Math.abs(now - at) >= DAY;
  return new Intl.DateTimeFormat(locale(), far ? { dateStyle: "short", timeStyle: "short" } : { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A part of one, in percent. */
export function percent(part: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(part);
}

/** So many seconds, in words: `10 seconds`. */
export function seconds(count: number): string {
  return new Intl.NumberFormat(locale(), { style: "unit", unit: "second", unitDisplay: "long" }).format(count);
}

function locale(): string {
  return (typeof document === "undefined" ? "" : document.documentElement.lang) || "en";
}
