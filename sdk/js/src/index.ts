// The client of Cordboard's native protocol, for pages. See README.md.

import { Hub } from "./hub.js";
import type { Line, LineEvents, TokenSource } from "./line.js";
import { Refusal } from "./refusal.js";
import { TabLine } from "./tab.js";
import { byLeader, byWorker, canShare, type Shared } from "./ways.js";

export { Agent, type ContactLike, type Details, type Guard, type Performer, type TargetLike } from "./agent.js";
export type { Claim } from "./claim.js";
export type { OrderOptions } from "./client.js";
export type { EntryFrame, Identity, MaintenanceFrame, PeersFrame, SharedFrame, Welcome } from "./frames.js";
export { Hub, type Everyone, type HubNews, type Kind } from "./hub.js";
export type { Status } from "./line.js";
export * from "./model.js";
export type { Stop } from "./news.js";
export { Refusal } from "./refusal.js";
export { Watched, type Changed, type WatchedNews } from "./watched.js";

export interface Settings {
  /** Where the hub is: `https://cti.example`. The page's own origin if it is left out. */
  readonly hub?: string;
  /**
   * A token, or what gets one: asked whenever one is needed, `fresh` when the last did not do. If it throws a `Refusal`
   * with a status from 400 to 499 the connection ends, and somebody has to sign in; whatever else it throws is tried again.
   */
  readonly token: string | ((fresh: boolean) => string | Promise<string>);
  /** Who this is, for people who look into the hub's log. */
  readonly name?: string;
  /**
   * `shared`: all tabs of this origin have one connection, where the browser lets them (https, or the machine itself).
   * `own`: this one has its own. `shared` if it is left out.
   */
  readonly tabs?: "shared" | "own";
  /** Whose tabs share: give your user's id if people take turns at this browser. */
  readonly login?: string;
  /**
   * The address of `cordboard.js` on the page's own origin, in which a SharedWorker keeps the connection. If it is left out,
   * that is where the classic script came from, if that was this origin. Without one, a tab keeps the connection.
   */
  readonly worker?: string | false;
}

/** A hub, and a connection to it that comes back by itself. */
export function connect(settings: Settings): Hub {
  const { hub = globalThis.location.origin, name = "cordboard.js", tabs = "shared", login = "", worker = ownScript() } = settings;
  const url = `${hub.replace(/^http/, "ws").replace(/\/$/, "")}/v1/socket`;
  const token = tokenSource(settings.token);
  const shared: Shared = { key: `cordboard ${VERSION} ${url} ${login}`, url, client: name };
  const line = tabs === "shared" && canShare() ? sharedLine(shared, token, worker) : undefined;
  const made = new Hub({ url, name, token, ...(line && { line }) });
  made.connect();
  return made;
}

/** Tabs that run another version of this file do not share with this one. */
const VERSION = "0.1.0";

function sharedLine(shared: Shared, token: TokenSource, worker: string | false): (events: LineEvents) => Line {
  const open = worker !== false && typeof SharedWorker !== "undefined" ? byWorker(worker, shared, byLeader(shared)) : byLeader(shared);
  return (events) => new TabLine(open, token, events);
}

function tokenSource(token: Settings["token"]): TokenSource {
  if (typeof token === "function") return async (fresh) => await token(fresh);
  return async (fresh) => {
    if (fresh) throw new Refusal("token-expired", 401, "the token does not do any more");
    return token;
  };
}

// Known only while the script is being run.
const script: unknown = typeof document === "undefined" ? null : document.currentScript;

function ownScript(): string | false {
  if (script === null || !(script instanceof HTMLScriptElement)) return false;
  return script.src !== "" && new URL(script.src).origin === globalThis.location.origin ? script.src : false;
}
