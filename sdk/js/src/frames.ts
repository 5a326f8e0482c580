// The frames of the native protocol, as they stand on the WebSocket. What is in them comes from the model.

import type { Change, Command, ErrorBody, Event, Outcome, Query, Result, Service, View } from "./model.js";

export interface Identity {
  readonly subject: string;
  readonly agent?: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970 on the server's clock; 0 or nothing for never. */
  readonly expires?: number;
}

/** A command as a page sends it. */
export interface Order {
  readonly id: string;
  readonly subject: string;
  readonly service: Service;
  /** Skips dialling rules and guards, never the compliance gate. */
  readonly immediate?: boolean;
  readonly nesting?: number;
}

export type ClientFrame =
  | { readonly type: "hello"; readonly token: string; readonly client?: string }
  | { readonly type: "renew"; readonly token: string }
  | { readonly type: "watch"; readonly subjects: Readonly<{ [subject: string]: string | null }> }
  | { readonly type: "unwatch"; readonly subjects: readonly string[] }
  | { readonly type: "execute"; readonly command: Order }
  | { readonly type: "ask"; readonly id: string; readonly subject: string; readonly query: Query }
  | { readonly type: "claim"; readonly subject: string; readonly name: string; readonly take?: boolean; readonly give?: boolean }
  | { readonly type: "share"; readonly subject: string; readonly name: string; readonly data: unknown }
  | { readonly type: "guard"; readonly subject: string; readonly service: Service["service"]; readonly on: boolean }
  | { readonly type: "settle"; readonly command: string; readonly outcome: Outcome }
  | { readonly type: "ping" };

export interface Welcome {
  readonly type: "welcome";
  readonly identity: Identity;
  /** A client sends something at least every so many milliseconds. */
  readonly heartbeat: number;
  /** The server's time now. */
  readonly at: number;
}

export interface Joined {
  readonly type: "joined";
  readonly subject: string;
  readonly epoch: string;
  /** Where this page stands now; given back as it is. */
  readonly position: string;
  /** `true`: `tail` is exactly what was missed. `false`: it was lost, only `view` counts. */
  readonly recovered: boolean | null;
  readonly tail?: readonly EntryFrame[];
  readonly view: View;
  readonly gauges?: Readonly<{ [name: string]: number }>;
}

export interface EntryFrame {
  readonly type: "entry";
  readonly subject: string;
  readonly seq: number;
  /** When the server wrote it down, on its clock. */
  readonly at: number;
  readonly sum: string;
  readonly origin?: string;
  readonly event: Event;
  /** What it changes in the view. Entries of a tail have none: the view beside them has it already. */
  readonly change?: Change;
}

export interface Settled {
  readonly type: "settled";
  readonly command: string;
  readonly outcome: Outcome;
}

export interface Answer {
  readonly type: "answer";
  readonly ask: string;
  readonly result: Result;
}

export interface ErrorFrame {
  readonly type: "error";
  readonly error: ErrorBody;
  readonly about?: string;
}

export interface ClaimedFrame {
  readonly type: "claimed";
  readonly subject: string;
  readonly name: string;
  /** The page that does it now; empty when nobody does. */
  readonly page: string;
  readonly mine: boolean;
}

export interface SharedFrame {
  readonly type: "shared";
  readonly subject: string;
  readonly name: string;
  readonly data: unknown;
  readonly page: string;
}

export interface PeersFrame {
  readonly type: "peers";
  readonly subject: string;
  readonly pages: readonly string[];
  /** This page among them. */
  readonly me: string;
}

export interface GaugeFrame {
  readonly type: "gauge";
  readonly subject: string;
  readonly name: string;
  readonly value: number;
  readonly at: number;
}

/**
 * The operator's planned maintenance of the hub, as it is since `at`. It comes after `welcome`, unless there is none, and whenever it changes.
 * Nothing stops working because of it.
 */
export interface MaintenanceFrame {
  readonly type: "maintenance";
  /** `announced`: it starts at `begins`. `started`: come to an end. `completed`: go `to` the other address, or go on. */
  readonly state: "none" | "announced" | "started" | "completed";
  readonly at: number;
  /** On the hub's clock. */
  readonly begins?: number;
  readonly to?: { readonly host: string; readonly port: number };
  /** False: who is not ready when it goes on is cut off. */
  readonly graceful?: boolean;
  /** For people. */
  readonly text?: string;
}

export type ServerFrame =
  | Welcome
  | Joined
  | EntryFrame
  | Settled
  | Answer
  | ErrorFrame
  | ClaimedFrame
  | GaugeFrame
  | { readonly type: "renewed"; readonly expires: number }
  | SharedFrame
  | PeersFrame
  | MaintenanceFrame
  | { readonly type: "guarded" | "asked"; readonly subject: string; readonly command: Command }
  | { readonly type: "pong" };

/** The frame in this text, or nothing if it is none. A type that we do not know is kept: the switch over it lets it fall. */
export function parsed(text: unknown): ServerFrame | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const frame: unknown = JSON.parse(text);
    const named = typeof frame === "object" && frame !== null && "type" in frame && typeof frame.type === "string";
    return named ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
