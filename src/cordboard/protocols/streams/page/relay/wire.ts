// What this page and the hub say to each other, as far as the page looks at it. The whole of it stands in wire.py and document.py.

import { jsonText } from "./world";

export interface State {
  readonly name: string;
  readonly type: string;
  readonly startTimestamp: number;
}

export interface Moment {
  readonly type: string;
  readonly timestamp: number;
}

export interface Connection {
  readonly connectionId: string;
  readonly type: string;
  readonly state: Moment;
}

export interface Contact {
  readonly contactId: string;
  readonly state: Moment;
  readonly queueTimestamp: number | null;
  readonly connections: readonly Connection[];
}

export interface AgentDocument {
  readonly snapshot: {
    readonly state: State;
    readonly nextState: State | null;
    readonly agentAvailabilityState: { readonly state: string; readonly timeStamp: number };
    readonly contacts: readonly Contact[];
    readonly snapshotTimestamp: number;
  };
  readonly configuration: object;
}

export type ServerFrame =
  | { readonly type: "welcome"; readonly agent: string; readonly expires: number; readonly at: number; readonly heartbeat: number }
  | { readonly type: "renewed"; readonly expires: number }
  | { readonly type: "agent"; readonly documents: readonly AgentDocument[] }
  | { readonly type: "api"; readonly requestId: string; readonly data: unknown; readonly err: string | null }
  | { readonly type: "master"; readonly requestId: string; readonly data: unknown }
  | { readonly type: "event"; readonly name: string; readonly data: unknown }
  | { readonly type: "accepted"; readonly contactId: string }
  | { readonly type: "terminated" }
  | { readonly type: "error"; readonly error: { readonly code: string; readonly message: string } }
  | { readonly type: "pong"; readonly at: number };

export type ClientFrame =
  | { readonly type: "hello"; readonly token: string; readonly id: string }
  | { readonly type: "renew"; readonly token: string }
  | { readonly type: "api"; readonly requestId: string; readonly method: string; readonly params?: object }
  | { readonly type: "master"; readonly requestId: string; readonly method: string; readonly params?: object }
  | { readonly type: "broadcast"; readonly event: string; readonly data?: unknown }
  | { readonly type: "mute"; readonly mute?: boolean }
  | { readonly type: "reload" }
  | { readonly type: "terminate" }
  | { readonly type: "ping" };

/** As the hub's: a longer name is none that the library makes. */
export const NAME_LIMIT = 200;
/** Characters of a frame. The hub closes the socket on one that is too large, and each may be three bytes. */
const FRAME_LIMIT = 80_000;

/** The frame as text; nothing if it is too long, or cannot be written: what is cloned between windows may be more than JSON. */
export function written(frame: ClientFrame): string | undefined {
  try {
    const text = jsonText(frame);
    return text.length > FRAME_LIMIT ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A failure as the library's callers read it. */
export function failure(message: string): string {
  return JSON.stringify({ type: "SendDataFailedException", message, stack: [], retryStatus: "none", statusCode: 503, status: 503 });
}
