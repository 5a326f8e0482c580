// What a page holds of one subject, and how a frame changes it. Pure. A page folds nothing: it replaces and drops.

import type { EntryFrame, Joined } from "./frames.js";
import type { Change, View } from "./model.js";

export interface Stream {
  readonly subject: string;
  readonly epoch: string;
  readonly seq: number;
  readonly view: View;
  readonly gauges: Readonly<{ [name: string]: number }>;
}

/** Where a page stands in a stream: what it gives back to go on from there. */
export function position(epoch: string, seq: number): string {
  return `${epoch}.${seq}`;
}

/** Where a position stands; nothing if it is none. */
export function place(text: string): { readonly epoch: string; readonly seq: number } | undefined {
  const dot = text.lastIndexOf(".");
  const digits = text.slice(dot + 1);
  return dot > 0 && /^\d+$/.test(digits) ? { epoch: text.slice(0, dot), seq: Number(digits) } : undefined;
}

/** The seq of a position. One that is none stands before everything. */
export function seqOf(text: string): number {
  return place(text)?.seq ?? 0;
}

/** The stream as the server has it now, whatever the page held of it before. */
export function opened(frame: Joined): Stream {
  const { subject, epoch, view, gauges = {} } = frame;
  return { subject, epoch, seq: seqOf(frame.position), view, gauges };
}

/** The stream after an entry; `stale` if the page has it already, `gap` if one before it is missing. */
export function advanced(stream: Stream, entry: EntryFrame): Stream | "stale" | "gap" {
  if (entry.seq <= stream.seq) return "stale";
  if (entry.seq > stream.seq + 1) return "gap";
  return { ...stream, seq: entry.seq, view: entry.change === undefined ? stream.view : merged(stream.view, entry.change) };
}

/** The stream with a counter's new value. */
export function gauged(stream: Stream, name: string, value: number): Stream {
  return { ...stream, gauges: { ...stream.gauges, [name]: value } };
}

/** The view after a change: what it brings replaces, `null` takes away, what it does not name stays the very same object. */
export function merged(view: View, change: Change): View {
  const after: Writable<View> = { ...view };
  if (change.profile != null) after.profile = change.profile;
  if (change.recent != null) after.recent = change.recent;
  if (change.messages != null) after.messages = change.messages;
  after.links = replaced(view.links, change.links);
  after.states = replaced(view.states, change.states);
  after.contacts = replaced(view.contacts, change.contacts);
  after.utterances = continued(view.utterances, change.utterances);
  after.suggestions = continued(view.suggestions, change.suggestions);
  after.callbacks = replaced(view.callbacks, change.callbacks);
  after.controls = replaced(view.controls, regreyed(view.controls, change.controls));
  return after;
}

/** Of controls only the services are told whose code is another one now. */
function regreyed(before: View["controls"] = {}, changes: Change["controls"]): Change["controls"] {
  if (changes === undefined) return undefined;
  const whole = Object.entries(changes).map(([name, codes]) => [name, codes && { ...before[name], ...codes }]);
  return Object.fromEntries(whole) as Change["controls"];
}

type Writable<T> = { -readonly [P in keyof T]: T[P] };
type Table<V> = Readonly<{ [key: string]: V }>;

function replaced<V>(before: Table<V> = {}, changes: Table<V | null> | undefined): Table<V> {
  if (changes === undefined) return before;
  const after: { [key: string]: V } = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete after[key];
    else after[key] = value;
  }
  return after;
}

/** Lists by contact: what is told goes to the end, and takes the place of what had its id. */
function continued<V extends { readonly id: string }>(
  before: Table<readonly V[]> = {},
  changes: Table<readonly V[] | null> | undefined,
): Table<readonly V[]> {
  if (changes === undefined) return before;
  const after: { [key: string]: readonly V[] } = { ...before };
  for (const [key, told] of Object.entries(changes)) {
    if (told === null) {
      delete after[key];
      continue;
    }
    const again = new Set(told.map((item) => item.id));
    after[key] = [...(after[key] ?? []).filter((item) => !again.has(item.id)), ...told];
  }
  return after;
}
