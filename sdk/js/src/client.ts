// The client of the native protocol: watches, keeps what it watches up to date, comes back where it stopped, and asks for
// things to be done. It never does anything twice: a command keeps its id when it is sent again, and the server answers a
// known id.

import { ServerClock } from "./clock.js";
import { Connection } from "./connection.js";
import { BROWSER, type Environment } from "./environment.js";
import type { ClientFrame, EntryFrame, Joined, Order, ServerFrame, Welcome } from "./frames.js";
import type { Line, LineEvents, Status, TokenSource } from "./line.js";
import type { Outcome, Query, Result, Service } from "./model.js";
import { Pending } from "./pending.js";
import { advanced, gauged, opened, place, position, type Stream } from "./stream.js";

export type { Line, LineEvents, Status } from "./line.js";

/** A subject came whole. */
export interface Arrival {
  /** `true`: `missed` is all that happened since the page last heard of it; `false`: that is lost; `null`: it is new here. */
  readonly recovered: boolean | null;
  readonly missed: readonly EntryFrame[];
}

/** What the page is told. `entry` is missing when the whole view came anew, and `arrival` says how. */
export interface Listener {
  status(status: Status): void;
  stream(stream: Stream, entry?: EntryFrame, arrival?: Arrival): void;
  frame(frame: ServerFrame): void;
}

export interface ClientSettings {
  readonly url: string;
  readonly client: string;
  /** What to watch from the beginning; more with `watch`. */
  readonly subjects?: (welcome: Welcome) => readonly string[];
  readonly token: TokenSource;
  readonly environment?: Environment;
  /** How to reach the hub; by a socket of one's own if it is left out. */
  readonly line?: (events: LineEvents) => Line;
}

/** How a command is to be taken. `id`: the same one is never done twice, whoever sends it again within a day. */
export interface OrderOptions {
  readonly id?: string;
  readonly immediate?: boolean;
  readonly nesting?: number;
}

const OFFLINE: Outcome = { outcome: "refused", code: "offline" };
const UNANSWERED: Outcome = { outcome: "unconfirmed", reason: "timeout" };
const NO_ANSWER: Result = { result: "NoAnswer", code: "timeout" };
const COMMAND_PATIENCE = 12_000;
const QUERY_PATIENCE = 10_000;

export class Client {
  readonly clock: ServerClock;
  private readonly world: Environment;
  private readonly line: Line;
  private readonly watched = new Set<string>();
  private readonly streams = new Map<string, Stream>();
  private readonly commands: Pending<Outcome>;
  private readonly queries: Pending<Result>;
  private status: Status = { state: "connecting" };

  constructor(
    private readonly settings: ClientSettings,
    private readonly listener: Listener,
  ) {
    const world = (this.world = settings.environment ?? BROWSER);
    this.clock = new ServerClock(() => world.now());
    this.commands = new Pending(world, COMMAND_PATIENCE, UNANSWERED);
    this.queries = new Pending(world, QUERY_PATIENCE, NO_ANSWER);
    const events: LineEvents = { status: (status) => this.stated(status), frame: (frame) => this.heard(frame) };
    this.line = settings.line?.(events) ?? new Connection({ ...settings, environment: world }, events);
  }

  /** Connects, now. Also when it was waiting to do so later. */
  connect(): void {
    this.line.connect();
  }

  /** Leaves for good. */
  leave(): void {
    this.line.leave();
  }

  /** Follows a subject, or with `agent/*` a whole kind, from now on. */
  watch(name: string): void {
    if (this.watched.has(name)) return;
    this.watched.add(name);
    this.send({ type: "watch", subjects: { [name]: null } });
  }

  /** Follows it no longer, and forgets it. */
  unwatch(name: string): void {
    if (!this.watched.delete(name)) return;
    const gone = [...this.streams.keys()].filter((subject) => !this.follows(subject));
    for (const subject of gone) this.streams.delete(subject);
    this.send({ type: "unwatch", subjects: [...new Set([name, ...gone])] });
  }

  /** Asks for a service. The answer is the server's; without one in time nobody knows, and it says so. */
  execute(subject: string, service: Service, options: OrderOptions = {}): Promise<Outcome> {
    if (this.status.state !== "online") return Promise.resolve(OFFLINE);
    const order: Order = { ...options, id: options.id ?? `cmd-${this.world.id()}`, subject, service };
    const frame: ClientFrame = { type: "execute", command: order };
    const answer = this.commands.add(order.id, frame);
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
    if (how === "ask") this.send({ type: "claim", subject, name });
    else this.send({ type: "claim", subject, name, [how]: true });
  }

  /** Tells all pages of the agent, this one too, a word that nobody keeps. */
  share(subject: string, name: string, data: unknown): void {
    this.send({ type: "share", subject, name, data });
  }

  /** Stands before a service of the agent, or stops: its commands come as `guarded` frames. */
  guard(subject: string, service: Service["service"], on: boolean): void {
    this.send({ type: "guard", subject, service, on });
  }

  /** What became of a command that this page was `asked` to do. */
  settle(command: string, outcome: Outcome): void {
    this.send({ type: "settle", command, outcome });
  }

  private stated(status: Status): void {
    this.status = status;
    if (status.state === "ended") {
      this.commands.end(UNANSWERED);
      this.queries.end(NO_ANSWER);
    }
    if (status.state !== "online") return this.listener.status(status);
    this.clock.doubt();
    this.clock.heard(status.welcome.at);
    for (const name of this.settings.subjects?.(status.welcome) ?? []) this.watched.add(name);
    this.listener.status(status);
    this.comeBack();
  }

  /** Says where it stopped, and asks once more for what was not answered. */
  private comeBack(): void {
    const subjects: { [subject: string]: string | null } = {};
    for (const name of this.watched) subjects[name] = null;
    for (const stream of this.streams.values()) subjects[stream.subject] = position(stream.epoch, stream.seq);
    if (this.watched.size > 0) this.send({ type: "watch", subjects });
    for (const frame of [...this.commands.frames(), ...this.queries.frames()]) this.send(frame);
  }

  private heard(frame: ServerFrame): void {
    switch (frame.type) {
      case "joined":
        this.join(frame);
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

  private join(frame: Joined): void {
    if (!this.follows(frame.subject)) return;
    const held = this.streams.get(frame.subject);
    // What was asked for twice comes twice.
    const after = held?.epoch === place(frame.position)?.epoch ? (held?.seq ?? 0) : 0;
    const missed = frame.recovered === true ? (frame.tail ?? []).filter((entry) => entry.seq > after) : [];
    this.keep(opened(frame), undefined, { recovered: held === undefined ? null : frame.recovered, missed });
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

  private keep(stream: Stream, entry?: EntryFrame, arrival?: Arrival): void {
    this.streams.set(stream.subject, stream);
    this.listener.stream(stream, entry, arrival);
  }

  private follows(subject: string): boolean {
    return this.watched.has(subject) || this.watched.has(`${subject.split("/", 1)[0] ?? ""}/*`);
  }

  private send(frame: ClientFrame): void {
    if (this.status.state === "online") this.line.send(frame);
  }
}
