// What the desk shows of the model's entities: names, numbers, who is who. Reading only; nothing is decided here.

import {
  DEFAULTS,
  type AgentState,
  type Call,
  type Connection,
  type Contact,
  type Medium,
  type Participant,
  type Stamp,
  type Utterance,
  type View,
} from "../wire/model";
import { ROLES, TEXTS } from "../parts/texts";

export type FullContact = Contact & typeof DEFAULTS.Contact;
export type FullCall = Call & typeof DEFAULTS.Call;
export type FullAgentState = AgentState & typeof DEFAULTS.AgentState;
export type FullUtterance = Utterance & typeof DEFAULTS.Utterance;

export const fullContact = (contact: Contact): FullContact => ({ ...DEFAULTS.Contact, ...contact });
export const fullCall = (call: Call): FullCall => ({ ...DEFAULTS.Call, ...call });
export const fullUtterance = (utterance: Utterance): FullUtterance => ({ ...DEFAULTS.Utterance, ...utterance });
export const fullState = (state: AgentState): FullAgentState => ({ ...DEFAULTS.AgentState, ...state });

/** The open contacts: what rings first, then the oldest first. */
export function openContacts(view: View): FullContact[] {
  const rank = (contact: FullContact): number => (contact.phase === "offered" ? 0 : 1);
  return Object.values(view.contacts ?? {})
    .map(fullContact)
    .sort((one, other) => rank(one) - rank(other) || moment(one.created) - moment(other.created));
}

const ORDER: readonly Medium[] = ["voice", "chat", "task"];

/** The agent's states by link and medium: those of links that are up first, of these voice first. */
export function statesOf(view: View): FullAgentState[] {
  const up = (state: AgentState): number => (view.links?.[state.link]?.up === true ? 0 : 1);
  return Object.values(view.states ?? {})
    .map(fullState)
    .sort((one, other) => up(one) - up(other) || ORDER.indexOf(one.medium) - ORDER.indexOf(other.medium));
}

/** Of these the one of each medium that a change of state goes to, as the hub has it: the first. And those that are left. */
export function byMedium(states: readonly FullAgentState[]): { readonly own: readonly FullAgentState[]; readonly rest: readonly FullAgentState[] } {
  const own = ORDER.flatMap((medium) => states.find((state) => state.medium === medium) ?? []);
  return { own, rest: states.filter((state) => !own.includes(state)) };
}

/** Our time of a moment, or the vendor's where we have none; 0 for never. */
export function moment(stamp: Stamp): number {
  return stamp.ours || stamp.vendor || 0;
}

export function liveCalls(contact: FullContact): FullCall[] {
  return contact.calls.map(fullCall).filter((call) => !call.cleared);
}

export function liveConnections(call: FullCall): readonly Connection[] {
  return call.connections.filter((item) => item.state !== "null");
}

/** Whether this is the agent's own place in the call. */
export function isOwn(connection: Connection, contact: Contact): boolean {
  return connection.participant.role === "agent" && connection.participant.id === contact.agent;
}

export function ownConnection(call: FullCall, contact: Contact): Connection | undefined {
  return call.connections.find((item) => isOwn(item, contact));
}

export function participantName(participant: Participant): string {
  return participant.name || participant.number || participant.id || ROLES[participant.role];
}

/** Whom the contact is with: the customer, or whoever is at the other end; a task without any is what it is about. */
export function contactName(contact: FullContact): string {
  return participantOf(contact)?.name || numberOf(contact) || participantOf(contact)?.id || contact.subject || TEXTS.unknownCaller;
}

/** A transcript in the order in which it is read. */
export function spoken(utterances: readonly Utterance[]): Utterance[] {
  return [...utterances].sort((one, other) => (one.start ?? 0) - (other.start ?? 0));
}

/** Whether the recogniser was so unsure that the reader should know. */
export function isDoubtful(utterance: FullUtterance): boolean {
  return utterance.confidence < 0.8;
}

/** Whether it can be opened without harm: an address may come from anywhere. */
export function isWeb(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\//i.test(url);
}

/** The other end's number. The caller's is the agent's own where the agent calls, be it outside or a colleague. */
export function numberOf(contact: FullContact): string {
  const call = mainCall(contact);
  const own = call === undefined ? undefined : ownConnection(call, contact)?.participant.number;
  const calls = contact.direction === "outbound" || (own !== undefined && own === call?.ani);
  const [first, second] = calls ? [call?.dialled, ""] : [call?.ani, call?.dialled];
  return participantOf(contact)?.number || first || second || "";
}

/** Whether the agent is asked to call somebody, rather than called. */
export function isToBeCalled(contact: FullContact): boolean {
  return contact.phase === "offered" && liveCalls(contact).some((call) => call.kind === "reservation");
}

/** The open contact that is meant when none is named: the one that was chosen, else the one the agent talks to, else the first. */
export function currentContact(contacts: readonly FullContact[], chosen: string): FullContact | undefined {
  return contacts.find((contact) => contact.id === chosen) ?? contacts.find(talking) ?? contacts[0];
}

/** Whether a call is under way that would be lost sight of with the page. */
export function inCall(view: View): boolean {
  return openContacts(view).some((contact) => contact.medium === "voice" && (contact.phase === "dialling" || contact.phase === "active"));
}

/** The open contacts whose call can be joined with this one's: one of the two on hold, the other not; or one of them parked. */
export function joinable(contact: FullContact, contacts: readonly FullContact[]): FullContact[] {
  const mine = places(contact);
  return contacts.filter((other) => {
    const theirs = places(other);
    const pair = [...mine, ...theirs];
    return (
      other.id !== contact.id &&
      other.link === contact.link &&
      mine.length === 1 &&
      theirs.length === 1 &&
      ((pair.includes("hold") && pair.includes("connected")) || (pair.includes("parked") && pair.every((place) => ["parked", "hold", "connected"].includes(place))))
    );
  });
}

function places(contact: FullContact): readonly string[] {
  if (contact.medium !== "voice" || contact.phase !== "active") return [];
  return liveCalls(contact).map((call) => {
    const own = ownConnection(call, contact);
    return own?.parked === true ? "parked" : (own?.state ?? "null");
  });
}

/** Whether the agent is talking in it. */
export function talking(contact: FullContact): boolean {
  return liveCalls(contact).some((call) => ownConnection(call, contact)?.state === "connected");
}

/** A number as it is dialled: without the blanks, dots, dashes and brackets that people write. */
export function dialable(number: string): string {
  return number.replace(/[\s()./-]/g, "");
}

/** What the campaign's list has on the contact, what is attached to its calls, and what is set on it: by name. */
export function attached(contact: FullContact): [string, string][] {
  const all = new Map<string, string>(Object.entries(contact.list_record?.fields ?? {}));
  for (const call of contact.calls) {
    const { peripheral = {}, named = {} } = call.data ?? {};
    for (const [name, value] of Object.entries({ ...peripheral, ...named })) all.set(name, value);
  }
  for (const [name, value] of Object.entries(contact.variables)) all.set(name, value);
  return [...all].filter(([, value]) => value !== "");
}

function participantOf(contact: FullContact): Participant | undefined {
  if (contact.customer != null) return contact.customer;
  for (const call of contact.calls) {
    const far = call.connections?.find((item) => !isOwn(item, contact));
    if (far !== undefined) return far.participant;
  }
  return undefined;
}

function mainCall(contact: FullContact): FullCall | undefined {
  const call = contact.calls.find((item) => (item.kind ?? DEFAULTS.Call.kind) === "main");
  return call === undefined ? undefined : fullCall(call);
}
