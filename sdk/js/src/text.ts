// JSON as others read it.

/** The value as JSON in which every text is one: half a character, as is left where a text was cut in the middle of one, is in no UTF-8,
 * and nobody would take the whole for it. It becomes the sign for what cannot be shown.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPE, (escape) => (HALF.test(escape) ? "\\ufffd" : escape));
}

const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;
const HALF = /^\\ud[89a-f]/;
