// What an agent has to hear of when the view changes: what rings, what ended, which state came. Pure.

import { ENDINGS, MEDIA, STATES, TEXTS } from "../parts/texts";
import type { View } from "../wire/model";
import { byMedium, contactName, fullContact, isToBeCalled, openContacts, statesOf, type FullContact } from "./reading";

export interface Announcement {
  readonly text: string;
  readonly urgent: boolean;
}

/** What came with this view. The first view of all tells only what rings. */
export function announcements(before: View | undefined, after: View): Announcement[] {
  const said: Announcement[] = [];
  for (const contact of ringing(after)) {
    if (before?.contacts?.[contact.id] === undefined) said.push({ text: called(contact), urgent: true });
  }
  if (before === undefined) return said;
  for (const [id, old] of Object.entries(before.contacts ?? {})) {
    if (after.contacts?.[id] !== undefined) continue;
    const closed = after.recent?.find((item) => item.id === id);
    const how = closed?.ended_by;
    if (how != null) said.push({ text: TEXTS.ended(contactName(fullContact(closed ?? old)), ENDINGS[how]), urgent: false });
  }
  const was = byMedium(statesOf(before)).own;
  const { own } = byMedium(statesOf(after));
  for (const [at, { medium, state }] of own.entries()) {
    const known = was.find((item) => item.medium === medium);
    if (state === (known?.state ?? "null")) continue;
    said.push({ text: at === 0 ? TEXTS.nowState(STATES[state]) : `${MEDIA[medium]}: ${STATES[state]}`, urgent: false });
  }
  return said;
}

function called(contact: FullContact): string {
  return isToBeCalled(contact) ? `${TEXTS.toCall}: ${contactName(contact)}` : TEXTS.ringing(contactName(contact));
}

/** The contacts that wait to be answered. */
export function ringing(view: View): FullContact[] {
  return openContacts(view).filter((contact) => contact.phase === "offered");
}
