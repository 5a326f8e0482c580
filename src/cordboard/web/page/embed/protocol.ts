// What the panel and the page that embeds it say to each other. docs/how-to/embed-the-panel.md is its description.
//
// The page opens it: one message to the panel's window, addressed to the hub's origin, with a MessagePort. All else goes over
// that port, so nothing is ever posted to a window whose origin is not known.

import type { Availability, Direction, Ending, Medium, Outcome, Phase, Record } from "../wire/model";

export const VERSION = 1;

/** The one message between windows. It says nothing but that a port is here. */
export interface Connect {
  readonly cordboard: "panel";
  readonly type: "connect";
  readonly version: number;
  /** Whether the page answers requests for a token. */
  readonly tokens: boolean;
}

export function isConnect(data: unknown): data is Connect {
  const found = data as Partial<Connect> | null;
  return typeof found === "object" && found?.cordboard === "panel" && found.type === "connect" && typeof found.version === "number";
}

/** What may be asked of the panel. */
export interface PanelMethods {
  dial(params: { readonly number: string; readonly record?: Record }): Outcome;
  setState(params: { readonly state: "ready" | "not_ready" | "null"; readonly reason?: string; readonly medium?: Medium }): Outcome;
  selectContact(params: { readonly contact: string }): { readonly selected: boolean };
  subscribe(params: { readonly topics: readonly Topic[] }): { readonly topics: readonly Topic[] };
}

/** What the panel asks of the page. */
export interface PageMethods {
  token(params: { readonly fresh: boolean }): string;
  screenPop(params: Pop): Outcome;
}

export const TOPICS = ["contact", "state", "ring", "screenPop"] as const;
export type Topic = (typeof TOPICS)[number];

/** What the panel tells. `ready` comes without being subscribed to; `screenPop` is a request, not news. */
export interface PanelEvents {
  readonly ready: { readonly version: number; readonly agent: string; readonly name: string };
  readonly contact: ContactNews;
  readonly state: StateNews | null;
  readonly ring: { readonly contact: string; readonly ringing: boolean; readonly name: string; readonly number: string };
}

/** A contact, as far as the page around may see it. `phase` is `closed` when it is over. */
export interface ContactNews {
  readonly id: string;
  readonly phase: Phase;
  readonly medium: Medium;
  readonly direction: Direction;
  readonly name: string;
  readonly number: string;
  readonly queue: string;
  /** Milliseconds since 1970 on the hub's clock. */
  readonly since: number;
  readonly disposition: string;
  readonly ended: Ending | "";
  readonly records: readonly Record[];
}

export interface StateNews {
  readonly state: Availability;
  readonly reason: string;
  readonly since: number;
  /** The state that was asked for and comes when the contact is over; empty for none. */
  readonly pending: Availability | "";
  /** The state on each medium that the agent has. */
  readonly media: { readonly [medium in Medium]?: Availability };
}

/** What is to be opened. */
export interface Pop {
  readonly kind: string;
  readonly what: string;
  readonly arguments: { readonly [name: string]: string };
}
