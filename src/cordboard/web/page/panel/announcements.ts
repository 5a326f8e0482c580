// What an agent has to hear of when the view changes: what rings, what ended, which state came. Pure.

import { ENDINGS, STATES, TEXTS } from "../parts/texts";
import type { View } from "../wire/model";
import { contactName, fullContact, openContacts, statesOf, type FullContact } from "./reading";

export interface Announcement {
  readonly text: string;
  readonly urgent: boolean;
}

/** What came with this view. The first view of all tells only what rings. */
export function announcements(before: View | undefined, after: View): Announcement[] {
  const said: Announcement[] = [];
  for (const contact of ringing(after)) {
    if (before?.contacts?.[contact.id] === undefined) said.push({ text: TEXTS.ringing(contactName(contact)), urgent: true });
  }
  if (before === undefined) return said;
  for (const [id, old] of Object.entries(before.contacts ?? {})) {
    if (after.contacts?.[id] !== undefined) continue;
    const closed = after.recent?.find((item) => item.id === id);
    const how = closed?.ended_by;
    if (how != null) said.push({ text: TEXTS.ended(contactName(fullContact(closed ?? old)), ENDINGS[how]), urgent: false });
  }
  const [was, is] = [statesOf(before)[0]?.state, statesOf(after)[0]?.state];
  if (is !== undefined && is !== was) said.push({ text: TEXTS.nowState(STATES[is]), urgent: false });
  return said;
}

/** The contacts that wait to be answered. */
export function ringing(view: View): FullContact[] {
  return openContacts(view).filter((contact) => contact.phase === "offered");
}
