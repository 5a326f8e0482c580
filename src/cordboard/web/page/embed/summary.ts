// What of an agent's view the page around the panel is told, and what news a change of it makes. Pure.

import { byMedium, fullContact, contactName, moment, numberOf, statesOf } from "../panel/reading";
import { ringing } from "../panel/announcements";
import type { Contact, View } from "../wire/model";
import type { ContactNews, PanelEvents, StateNews } from "./protocol";

export type News = { readonly [T in keyof PanelEvents]: { readonly topic: T; readonly data: PanelEvents[T] } }[keyof PanelEvents];

/** What the page is told when the view becomes this. Of the first view of all: all that is there. */
export function news(before: View | undefined, after: View): News[] {
  return [...contactNews(before, after), ...stateNews(before, after), ...ringNews(before, after)];
}

export function summary(contact: Contact): ContactNews {
  const full = fullContact(contact);
  return {
    id: full.id,
    phase: full.phase,
    medium: full.medium,
    direction: full.direction,
    name: contactName(full),
    number: numberOf(full),
    queue: full.queue?.name || full.queue?.id || "",
    since: moment(full.phase_since),
    disposition: full.disposition,
    ended: full.ended_by ?? "",
    records: full.records,
  };
}

function contactNews(before: View | undefined, after: View): News[] {
  const said: News[] = [];
  for (const [id, contact] of Object.entries(after.contacts ?? {})) {
    const old = before?.contacts?.[id];
    const data = summary(contact);
    if (old === undefined || !same(summary(old), data)) said.push({ topic: "contact", data });
  }
  for (const [id, old] of Object.entries(before?.contacts ?? {})) {
    if (after.contacts?.[id] !== undefined) continue;
    const closed = after.recent?.find((contact) => contact.id === id) ?? old;
    said.push({ topic: "contact", data: { ...summary(closed), phase: "closed" } });
  }
  return said;
}

function stateNews(before: View | undefined, after: View): News[] {
  const data = state(after);
  return before !== undefined && same(state(before), data) ? [] : [{ topic: "state", data }];
}

function state(view: View): StateNews | null {
  const { own } = byMedium(statesOf(view));
  const [first] = own;
  if (first === undefined) return null;
  const media = Object.fromEntries(own.map((item) => [item.medium, item.state]));
  return { state: first.state, reason: first.reason?.code ?? "", since: first.since, pending: first.pending?.state ?? "", media };
}

function ringNews(before: View | undefined, after: View): News[] {
  const [was, is] = [before === undefined ? [] : ringing(before), ringing(after)];
  const told = (contact: (typeof is)[number], on: boolean): News => ({
    topic: "ring",
    data: { contact: contact.id, ringing: on, name: contactName(contact), number: numberOf(contact) },
  });
  return [
    ...is.filter((contact) => !was.some((old) => old.id === contact.id)).map((contact) => told(contact, true)),
    ...was.filter((old) => !is.some((contact) => contact.id === old.id)).map((contact) => told(contact, false)),
  ];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
