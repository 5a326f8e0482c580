// The hub as a page sees it: one connection, and the subjects that are watched over it.

import { Agent } from "./agent.js";
import { Client, type Arrival } from "./client.js";
import type { EntryFrame, Identity, MaintenanceFrame, ServerFrame } from "./frames.js";
import type { Line, LineEvents, Status, TokenSource } from "./line.js";
import type { ErrorBody } from "./model.js";
import { News, type Stop } from "./news.js";
import { Refusal } from "./refusal.js";
import type { Stream } from "./stream.js";
import { Watched, type Changed } from "./watched.js";

export type Kind = "agent" | "queue" | "team";

export interface HubNews {
  status: Status;
  /** The hub said no to something that was no command, query or subject. */
  error: ErrorBody;
  /** What the hub's operator says of maintenance. */
  maintenance: MaintenanceFrame;
}

/** All subjects of a kind that the token lets us see, those to come included. */
export interface Everyone {
  subjects(): readonly Watched[];
  on(listener: (watched: Watched, changed: Changed) => void): Stop;
  close(): void;
}

export interface HubSettings {
  readonly url: string;
  readonly name: string;
  readonly token: TokenSource;
  readonly line?: (events: LineEvents) => Line;
}

export class Hub {
  private readonly news = new News<HubNews>();
  private readonly client: Client;
  private readonly watched = new Map<string, Watched>();
  private readonly agents = new Map<string, Agent>();
  private readonly kinds = new Map<Kind, News<{ change: { watched: Watched; changed: Changed } }>>();
  private standing: Status = { state: "connecting" };
  private upkeep: MaintenanceFrame | undefined;

  constructor(settings: HubSettings) {
    const { url, name, token, line } = settings;
    this.client = new Client(
      { url, client: name, token, ...(line && { line }) },
      {
        status: (status) => this.stated(status),
        stream: (stream, entry, arrival) => this.became(stream, entry, arrival),
        frame: (frame) => this.heard(frame),
      },
    );
  }

  /** How it stands with the connection. */
  get status(): Status {
    return this.standing;
  }

  /** Who the token says we are; nothing before the first welcome. */
  get identity(): Identity | undefined {
    return this.standing.state === "online" ? this.standing.welcome.identity : undefined;
  }

  /** What its operator said of maintenance last; nothing if there is none, or no connection. */
  get maintenance(): MaintenanceFrame | undefined {
    return this.upkeep;
  }

  /** The hub's time, in milliseconds since 1970: take it, not the page's, to show how long something lasts. */
  now(): number {
    return this.client.clock.now();
  }

  on<K extends keyof HubNews>(name: K, listener: (value: HubNews[K]) => void): Stop {
    return this.news.on(name, listener);
  }

  /** Connects, now. Also when it was waiting to do so later. */
  connect(): void {
    this.client.connect();
  }

  /** Leaves for good. Other tabs go on. */
  leave(): void {
    this.client.leave();
  }

  /** The agent of the token, as soon as its view is here. Rejects with a `Refusal` if there is none to be had. */
  async me(): Promise<Agent> {
    const { agent } = await this.identified();
    if (!agent) throw new Refusal("unknown-agent", 403, "the token is no agent's");
    const me = this.agent(agent);
    await me.ready();
    return me;
  }

  /** An agent by id, watched from now on. */
  agent(id: string): Agent {
    const subject = `agent/${id}`;
    const known = this.agents.get(subject);
    if (known !== undefined) return known;
    const agent = new Agent(this.watch(subject), this.client, () => this.standing.state === "online");
    this.agents.set(subject, agent);
    return agent;
  }

  queue(id: string): Watched {
    return this.watch(`queue/${id}`);
  }

  team(id: string): Watched {
    return this.watch(`team/${id}`);
  }

  all(kind: Kind): Everyone {
    const news = this.kinds.get(kind) ?? new News();
    this.kinds.set(kind, news);
    this.client.watch(`${kind}/*`);
    return {
      subjects: () => [...this.watched.values()].filter((item) => item.subject.startsWith(`${kind}/`) && item.view !== undefined),
      on: (listener) => news.on("change", ({ watched, changed }) => listener(watched, changed)),
      close: () => {
        this.kinds.delete(kind);
        this.client.unwatch(`${kind}/*`);
      },
    };
  }

  private watch(subject: string): Watched {
    const watched = this.known(subject);
    this.client.watch(subject);
    return watched;
  }

  private known(subject: string): Watched {
    const known = this.watched.get(subject);
    if (known !== undefined) return known;
    const watched = new Watched(subject, () => {
      this.client.unwatch(subject);
      this.watched.delete(subject);
      this.agents.delete(subject);
    });
    watched.on("change", (changed) => this.kinds.get(subject.split("/", 1)[0] as Kind)?.tell("change", { watched, changed }));
    this.watched.set(subject, watched);
    return watched;
  }

  private identified(): Promise<Identity> {
    const { identity } = this;
    if (identity !== undefined) return Promise.resolve(identity);
    return new Promise((resolve, reject) => {
      const heard = (status: Status): void => {
        if (status.state === "online") resolve(status.welcome.identity);
        else if (status.state === "ended") reject(new Refusal(status.why === "sign-in" ? "not-authenticated" : "not-allowed", 401, status.why));
        else return;
        stop();
      };
      const stop = this.on("status", heard);
      if (this.standing.state === "ended") heard(this.standing);
    });
  }

  private stated(status: Status): void {
    const online = this.standing.state === "online";
    this.standing = status;
    this.upkeep = undefined;
    if (online) for (const agent of this.agents.values()) agent.lost();
    this.news.tell("status", status);
  }

  private became(stream: Stream, entry?: EntryFrame, arrival?: Arrival): void {
    this.known(stream.subject).became(stream, entry, arrival);
  }

  private heard(frame: ServerFrame): void {
    if ("subject" in frame) this.agents.get(frame.subject)?.heard(frame);
    switch (frame.type) {
      case "shared":
      case "peers":
        this.watched.get(frame.subject)?.heard(frame);
        break;
      case "error":
        if (frame.about !== undefined && this.watched.has(frame.about)) this.watched.get(frame.about)?.heard(frame);
        else this.news.tell("error", frame.error);
        break;
      case "maintenance":
        this.upkeep = frame.state === "none" ? undefined : frame;
        this.news.tell("maintenance", frame);
        break;
      default:
    }
  }
}
