// Where the connection that all tabs of an origin share is kept, and how they get there: in a SharedWorker, or in one of the
// tabs themselves. Who is alive is told by Web Locks: each holds one as long as it lives, and whoever wants to know waits
// for it. A browser frees it however a tab came to its end.

import { BROWSER } from "./environment.js";
import type { OpenWay, WayEvents } from "./tab.js";
import { Trunk, type FromTab, type ToTab } from "./trunk.js";

/** What the tabs share: same hub, same login, same origin. */
export interface Shared {
  readonly key: string;
  readonly url: string;
  readonly client: string;
}

/** Whether tabs can share at all. Browsers have Web Locks on https and on the machine itself. */
export function canShare(): boolean {
  return typeof navigator !== "undefined" && "locks" in navigator && typeof BroadcastChannel !== "undefined";
}

// --- in a SharedWorker -------------------------------------------------------------------------------------------------

type ToWorker = { readonly kind: "attach"; readonly tab: string; readonly shared: Shared } | FromTab;
type FromWorker = { readonly kind: "here"; readonly lock: string } | ToTab;

/** What of a SharedWorker's inside is needed; the types of workers and pages do not go together. */
export interface WorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

const WORKER_PATIENCE = 5_000;

/** `address`: the classic script of this package, on the page's own origin. Where it does not work, `otherwise` does. */
export function byWorker(address: string, shared: Shared, otherwise: OpenWay): OpenWay {
  return (events) => {
    let way = startedWorker(address, shared, events, () => {
      way.close();
      way = otherwise(events);
    });
    return { post: (message) => way.post(message), close: () => way.close() };
  };
}

function startedWorker(address: string, shared: Shared, events: WayEvents, failed: () => void): ReturnType<OpenWay> {
  const tab = BROWSER.id();
  const alive = held(lockOf(shared.key, tab));
  let port: MessagePort | undefined;
  let over = false;
  let patience = (): void => undefined;
  const close = (): void => {
    over = true;
    patience();
    port?.close();
    void alive.then((release) => release());
  };
  const fail = (): void => {
    if (!over) failed();
  };
  const start = (): void => {
    let worker: SharedWorker;
    try {
      worker = new SharedWorker(address, { name: shared.key });
    } catch {
      return queueMicrotask(fail); // forbidden here, or there is none
    }
    patience = BROWSER.after(WORKER_PATIENCE, fail);
    worker.onerror = fail;
    port = worker.port;
    port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (over) return;
      if (data.kind !== "here") return events.heard(data);
      patience();
      void alive.then(() => port?.postMessage({ kind: "attach", tab, shared } satisfies ToWorker));
      void whenFree(data.lock).then(() => {
        if (over) return;
        events.lost();
        start();
      });
    };
  };
  start();
  return { post: (message) => port?.postMessage(message), close };
}

/** Keeps the connection in this worker, for all tabs that come. */
export function serveTabs(scope: WorkerScope): void {
  const lock = `cordboard worker ${BROWSER.id()}`;
  const alive = held(lock);
  let trunk: Trunk | undefined;
  scope.onconnect = (event) => {
    const port = event.ports[0];
    if (port === undefined) return;
    let tab = "";
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
      if (data.kind !== "attach") return trunk?.hear(tab, data);
      tab = data.tab;
      const kept = (trunk ??= new Trunk({ ...data.shared, environment: BROWSER }));
      kept.attach(tab, (message) => port.postMessage(message satisfies FromWorker));
      void whenFree(lockOf(data.shared.key, tab)).then(() => kept.detach(data.tab));
    };
    void alive.then(() => port.postMessage({ kind: "here", lock } satisfies FromWorker));
  };
}

// --- in one of the tabs --------------------------------------------------------------------------------------------------

/** On the channel of all tabs. `lead`: who keeps the connection now; `who`: somebody would like to know. */
type Call = { readonly kind: "lead"; readonly leader: string } | { readonly kind: "who" } | { readonly kind: "attach"; readonly leader: string; readonly tab: string };
/** On the channel of a tab and its leader. */
type Talk = { readonly leader: string } & ({ readonly up: FromTab } | { readonly down: ToTab });

/** The tabs choose one among them, and another when that one is gone. */
export function byLeader(shared: Shared): OpenWay {
  return (events) => {
    const tab = BROWSER.id();
    const calls = new BroadcastChannel(shared.key);
    const talks = new BroadcastChannel(talksOf(shared.key, tab));
    const alive = held(lockOf(shared.key, tab));
    const waiting = new AbortController();
    let leader = "";
    let resign = (): void => undefined;
    calls.onmessage = ({ data }: MessageEvent<Call>) => {
      if (data.kind !== "lead" || data.leader === leader) return;
      if (leader !== "") events.lost();
      leader = data.leader;
      calls.postMessage({ kind: "attach", leader, tab } satisfies Call);
    };
    talks.onmessage = ({ data }: MessageEvent<Talk>) => {
      if ("down" in data && data.leader === leader) events.heard(data.down);
    };
    void alive.then(() => {
      if (waiting.signal.aborted) return;
      calls.postMessage({ kind: "who" } satisfies Call);
      const led = navigator.locks.request(`${shared.key} leader`, { signal: waiting.signal }, () => {
        if (waiting.signal.aborted) return undefined;
        return new Promise<void>((over) => {
          const stop = lead(shared);
          resign = () => {
            stop();
            over();
          };
        });
      });
      led.catch(() => undefined); // it left before its turn came
    });
    return {
      post: (up) => talks.postMessage({ leader, up } satisfies Talk),
      close: () => {
        waiting.abort();
        resign();
        calls.close();
        talks.close();
        void alive.then((release) => release());
      },
    };
  };
}

/** Keeps the connection for all tabs, this one too. The answer ends that. */
function lead(shared: Shared): () => void {
  const leader = BROWSER.id();
  const trunk = new Trunk({ ...shared, environment: BROWSER });
  const calls = new BroadcastChannel(shared.key);
  const talks = new Map<string, BroadcastChannel>();
  const announce = (): void => calls.postMessage({ kind: "lead", leader } satisfies Call);
  const attach = (tab: string): void => {
    const talk = new BroadcastChannel(talksOf(shared.key, tab));
    talks.set(tab, talk);
    talk.onmessage = ({ data }: MessageEvent<Talk>) => {
      if ("up" in data && data.leader === leader) trunk.hear(tab, data.up);
    };
    trunk.attach(tab, (down) => talk.postMessage({ leader, down } satisfies Talk));
    void whenFree(lockOf(shared.key, tab)).then(() => {
      talk.close();
      talks.delete(tab);
      trunk.detach(tab);
    });
  };
  calls.onmessage = ({ data }: MessageEvent<Call>) => {
    if (data.kind === "who") announce();
    if (data.kind === "attach" && data.leader === leader && !talks.has(data.tab)) attach(data.tab);
  };
  announce();
  return () => {
    calls.close();
    for (const talk of talks.values()) talk.close();
    trunk.stop();
  };
}

// --- who is alive ----------------------------------------------------------------------------------------------------------

/** Holds a lock until it is released, or the page or worker comes to its end. */
function held(name: string): Promise<() => void> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => new Promise<void>((release) => resolve(release)));
  });
}

/** When whoever holds the lock has released it or is gone. */
async function whenFree(name: string): Promise<void> {
  await navigator.locks.request(name, () => undefined);
}

function lockOf(key: string, tab: string): string {
  return `${key} tab ${tab}`;
}

function talksOf(key: string, tab: string): string {
  return `${key} talk ${tab}`;
}
