// The client of the native protocol's WebSocket: signs in, watches, comes back where it stopped, and asks for things to be
// done. It never does anything twice: a command keeps its id when it is sent again, and the server answers a known id.

import { delay, returnAfter } from "./backoff";
import { ServerClock } from "./clock";
import { BROWSER, type Channel, type Environment } from "./environment";
import { parsed, type ClientFrame, type EntryFrame, type ServerFrame, type Welcome } from "./frames";
import { Refusal } from "./http";
import type { Outcome, Query, Result, Service } from "./model";
import { Pending } from "./pending";
import { advanced, gauged, opened, position, type Stream } from "./stream";

/** How it stands with the connection. `until` is on this page's clock. */
export type Status =
  | { readonly state: "connecting" }
  | { readonly state: "online"; readonly welcome: Welcome }
  | { readonly state: "waiting"; readonly until: number; readonly failures: number }
  | { readonly state: "ended"; readonly why: "sign-in" | "stay-away" | "left"; readonly code: number };

/** What the page is told. `entry` is missing when the whole view came anew. */
export interface Listener {
  status(status: Status): void;
  stream(stream: Stream, entry?: EntryFrame): void;
  frame(frame: ServerFrame): void;
}

export interface ClientSettings {
  readonly url: string;
  readonly client: string;
  readonly subjects: (welcome: Welcome) => readonly string[];
  /** A token; `fresh` when the last one did not do. A `Refusal` ends the client, no answer is tried again. */
  readonly token: (fresh: boolean) => Promise<string>;
  readonly environment?: Environment;
}

const OFFLINE: Outcome = { outcome: "refused", code: "offline" };
const UNANSWERED: Outcome = { outcome: "unconfirmed", reason: "timeout" };
const NO_ANSWER: Result = { result: "NoAnswer", code: "timeout" };
const COMMAND_PATIENCE = 12_000;
const QUERY_PATIENCE = 10_000;
const OPENING_PATIENCE = 10_000;
const BEAT = 10_000;
const HEARTBEAT_LOST = 4002;
const LEFT = 1000;

export class Client {
  readonly clock: ServerClock;
  private readonly world: Environment;
  private readonly streams = new Map<string, Stream>();
  private readonly commands: Pending<Outcome>;
  private readonly queries: Pending<Result>;
  private channel: Channel | undefined;
  private status: Status = { state: "connecting" };
  private failures = 0;
  private fresh = false;
  private unheard = 0;
  private timers = new Map<string, () => void>();

  constructor(
    private readonly settings: ClientSettings,
    private readonly listener: Listener,
  ) {
    this.world = settings.environment ?? BROWSER;
    this.clock = new ServerClock(() => this.world.now());
    this.commands = new Pending(this.world, COMMAND_PATIENCE, UNANSWERED);
    this.queries = new Pending(this.world, QUERY_PATIENCE, NO_ANSWER);
  }

  /** Connects, now. Also when it was waiting to do so later. */
  connect(): void {
    if (this.channel !== undefined || this.status.state === "ended") return;
    this.cancel("again");
    this.tell({ state: "connecting" });
    void this.settings.token(this.fresh).then(
      (token) => this.open(token),
      (error: unknown) => (isRefused(error) ? this.end("sign-in", 0) : this.closed(0)),
    );
  }

  /** Leaves for good. */
  leave(): void {
    this.end("left", LEFT);
  }

  /** Asks for a service. The answer is the server's; without one in time nobody knows, and it says so. */
  execute(subject: string, service: Service): Promise<Outcome> {
    if (this.status.state !== "online") return Promise.resolve(OFFLINE);
    const id = `cmd-${this.world.id()}`;
    const frame: ClientFrame = { type: "execute", command: { id, subject, service } };
    const answer = this.commands.add(id, frame);
    this.send(frame);
    return answer;
  }

  ask(subject: string, query: Query): Promise<Result> {
    if (this.status.state !== "online") return Promise.resolve({ result: "NoAnswer", code: "offline" });
    const id = `ask-${this.world.id()}`;
    const frame: ClientFrame = { type: "ask", id, subject, query };
    const answer = this.queries.add(id, frame);
    this.send(frame);
    return answer;
  }

  /** Becomes the page that does a once-only thing if nobody else does it, or (`take`) even then; or gives it back. */
  claim(subject: string, name: string, how: "ask" | "take" | "give" = "ask"): void {
    if (this.status.state !== "online") return;
    if (how === "ask") this.send({ type: "claim", subject, name });
    else this.send({ type: "claim", subject, name, [how]: true });
  }

  private open(token: string): void {
    if (this.status.state !== "connecting" || this.channel !== undefined) return;
    let current: Channel | undefined = undefined;
    const mine = (): boolean => current !== undefined && this.channel === current;
    current = this.world.open(this.settings.url, {
      opened: () => mine() && this.send({ type: "hello", token, client: this.settings.client }),
      received: (data) => mine() && this.receive(data),
      closed: (code) => mine() && this.closed(code),
    });
    this.channel = current;
    this.timer("opening", OPENING_PATIENCE, () => this.lost());
  }

  private closed(code: number): void {
    this.channel = undefined;
    for (const name of ["opening", "beat", "renew"]) this.cancel(name);
    const what = returnAfter(code);
    if (what === "stay-away") return this.end("stay-away", code);
    this.fresh = what === "sign-in";
    this.failures += 1;
    const wait = delay(this.failures, this.world.random());
    this.tell({ state: "waiting", until: this.world.now() + wait, failures: this.failures });
    this.timer("again", wait, () => this.connect());
  }

  private end(why: "sign-in" | "stay-away" | "left", code: number): void {
    const channel = this.channel;
    this.channel = undefined;
    for (const name of [...this.timers.keys()]) this.cancel(name);
    this.commands.end(UNANSWERED);
    this.queries.end(NO_ANSWER);
    this.tell({ state: "ended", why, code });
    channel?.close(LEFT);
  }

  private receive(data: unknown): void {
    const frame = parsed(data);
    if (frame === undefined) return;
    this.unheard = 0;
    switch (frame.type) {
      case "welcome":
        this.welcomed(frame);
        break;
      case "renewed":
        this.renewBefore(frame.expires);
        break;
      case "joined":
        this.keep(opened(frame));
        break;
      case "entry":
        this.advance(frame);
        break;
      case "gauge":
        this.gauge(frame.subject, frame.name, frame.value);
        break;
      case "settled":
        this.commands.settle(frame.command, frame.outcome);
        break;
      case "answer":
        this.queries.settle(frame.ask, frame.result);
        break;
      case "error":
        if (frame.about !== undefined) {
          const { code, message } = frame.error;
          this.commands.settle(frame.about, { outcome: "refused", code, message });
          this.queries.settle(frame.about, { result: "NoAnswer", code, message });
        }
        break;
      default: // news that concerns the page only, and frames of a later version
    }
    this.listener.frame(frame);
  }

  private welcomed(welcome: Welcome): void {
    this.failures = 0;
    this.fresh = false;
    this.cancel("opening");
    this.clock.doubt();
    this.clock.heard(welcome.at);
    const subjects: { [subject: string]: string | null } = {};
    for (const subject of this.settings.subjects(welcome)) subjects[subject] = null;
    for (const stream of this.streams.values()) subjects[stream.subject] = position(stream.epoch, stream.seq);
    this.tell({ state: "online", welcome });
    if (this.channel === undefined) return; // whoever was told has left
    this.send({ type: "watch", subjects });
    for (const frame of [...this.commands.frames(), ...this.queries.frames()]) this.send(frame);
    this.beat(Math.min(BEAT, welcome.heartbeat));
    this.renewBefore(welcome.identity.expires ?? 0);
  }

  private advance(entry: EntryFrame): void {
    this.clock.heard(entry.at);
    const stream = this.streams.get(entry.subject);
    if (stream === undefined) return;
    const after = advanced(stream, entry);
    if (after === "stale") return;
    if (after === "gap") this.send({ type: "watch", subjects: { [stream.subject]: position(stream.epoch, stream.seq) } });
    else this.keep(after, entry);
  }

  private gauge(subject: string, name: string, value: number): void {
    const stream = this.streams.get(subject);
    if (stream !== undefined) this.keep(gauged(stream, name, value));
  }

  private keep(stream: Stream, entry?: EntryFrame): void {
    this.streams.set(stream.subject, stream);
    this.listener.stream(stream, entry);
  }

  private renewBefore(expires: number): void {
    if (expires <= 0) return;
    const left = expires - this.clock.now();
    this.timer("renew", Math.min(Math.max(left * 0.8, 1000), 2 ** 31 - 1), () => {
      void this.settings.token(true).then(
        (token) => this.send({ type: "renew", token }),
        () => undefined, // the server closes when the token expires, and then it is asked for again
      );
    });
  }

  /**
   * Asks for a sign of life, and takes the connection for dead when two were not given, whatever the network stack thinks.
   * Counted in beats, not in time: a browser slows the timers of a hidden page down.
   */
  private beat(millis: number): void {
    this.timer("beat", millis, () => {
      if (this.unheard >= 2) return this.lost();
      this.unheard += 1;
      this.send({ type: "ping" });
      this.beat(millis);
    });
  }

  private lost(): void {
    const channel = this.channel;
    if (channel === undefined) return;
    this.closed(HEARTBEAT_LOST);
    channel.close(HEARTBEAT_LOST);
  }

  private send(frame: ClientFrame): void {
    this.channel?.send(JSON.stringify(frame));
  }

  private tell(status: Status): void {
    this.status = status;
    this.listener.status(status);
  }

  private timer(name: string, millis: number, what: () => void): void {
    this.cancel(name);
    this.timers.set(
      name,
      this.world.after(millis, () => {
        this.timers.delete(name);
        what();
      }),
    );
  }

  private cancel(name: string): void {
    this.timers.get(name)?.();
    this.timers.delete(name);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 429;
}
