// What stands between a client and the hub: a socket of its own, or its end of the one that all tabs share.

import type { ClientFrame, ServerFrame, Welcome } from "./frames.js";

/** How it stands with the connection. `until` is on this page's clock. */
export type Status =
  | { readonly state: "connecting" }
  | { readonly state: "online"; readonly welcome: Welcome }
  | { readonly state: "waiting"; readonly until: number; readonly failures: number }
  | { readonly state: "ended"; readonly why: "sign-in" | "stay-away" | "left"; readonly code: number };

export interface LineEvents {
  /** With each `online` the hub knows nothing of us any more: what is watched, claimed and guarded has to be said again. */
  status(status: Status): void;
  frame(frame: ServerFrame): void;
}

export interface Line {
  /** Connects, now. Also when it was waiting to do so later. */
  connect(): void;
  /** What is sent while it is not online is lost. */
  send(frame: ClientFrame): void;
  /** Leaves for good, and says `ended`. */
  leave(): void;
}

/** A token; `fresh` when the last one did not do. A `Refusal` ends the connection, no answer is tried again. */
export type TokenSource = (fresh: boolean) => Promise<string>;

export const LEFT = 1000;
