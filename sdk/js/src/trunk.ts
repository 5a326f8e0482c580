// One connection for many tabs. To the hub it is one page; each tab is told what concerns it, as if it had a socket of its
// own. It knows nothing of browsers: how the tabs are reached is `Port`'s business.

import { Connection } from "./connection.js";
import type { Environment } from "./environment.js";
import { Feeds } from "./feeds.js";
import type { ClientFrame, MaintenanceFrame, ServerFrame } from "./frames.js";
import type { Status } from "./line.js";
import { Offices } from "./offices.js";
import { Refusal } from "./refusal.js";

/** What a tab says to the connection. */
export type FromTab =
  | { readonly kind: "frame"; readonly frame: ClientFrame }
  | { readonly kind: "connect" }
  | { readonly kind: "detach" }
  | { readonly kind: "token"; readonly ask: number; readonly token: string }
  | { readonly kind: "refusal"; readonly ask: number; readonly code: string; readonly status: number; readonly message: string };

/** What a tab is told. */
export type ToTab =
  | { readonly kind: "status"; readonly status: Status }
  | { readonly kind: "frame"; readonly frame: ServerFrame }
  | { readonly kind: "token"; readonly ask: number; readonly fresh: boolean };

export type Port = (message: ToTab) => void;

export interface TrunkSettings {
  readonly url: string;
  readonly client: string;
  readonly environment: Environment;
}

const TOKEN_PATIENCE = 10_000;

interface TokenAsk {
  readonly fresh: boolean;
  readonly resolve: (token: string) => void;
  readonly reject: (refusal: Refusal) => void;
  /** Who is asked now. */
  tab: string | undefined;
}

export class Trunk {
  private readonly tabs = new Map<string, Port>();
  private readonly feeds: Feeds;
  private readonly offices: Offices;
  private readonly commands = new Map<string, Set<string>>();
  private readonly queries = new Map<string, string>();
  private readonly tokens = new Map<number, TokenAsk>();
  private connection: Connection | undefined;
  private status: Status = { state: "connecting" };
  private maintenance: MaintenanceFrame | undefined;
  private asks = 0;
  /** Tabs that did not answer when they were asked for a token, since one last did. */
  private silent = 0;

  constructor(private readonly settings: TrunkSettings) {
    const up = (frame: ClientFrame): void => this.connection?.send(frame);
    const down = (tab: string, frame: ServerFrame): void => this.tabs.get(tab)?.({ kind: "frame", frame });
    this.feeds = new Feeds(up, down, (tab, subject) => this.offices.enter(tab, subject));
    this.offices = new Offices(up, down, (subject) => this.feeds.tabs(subject));
  }

  get size(): number {
    return this.tabs.size;
  }

  /** A tab has come. It is told how things stand, and from then on may say what it wants. */
  attach(tab: string, port: Port): void {
    this.detach(tab);
    this.tabs.set(tab, port);
    for (const ask of this.tokens.keys()) this.askSomebody(ask);
    if (this.connection === undefined) this.open();
    else {
      port({ kind: "status", status: this.current() });
      if (this.maintenance !== undefined) port({ kind: "frame", frame: this.maintenance });
    }
  }

  /** It has gone. What it claimed is free; what it was asked for, another is. The last one ends the connection. */
  detach(tab: string): void {
    if (!this.tabs.delete(tab)) return;
    this.feeds.gone(tab);
    this.offices.leave(tab);
    for (const tabs of this.commands.values()) tabs.delete(tab);
    for (const [ask, asked] of this.tokens) {
      if (asked.tab !== tab) continue;
      asked.tab = undefined;
      this.askSomebody(ask);
    }
    if (this.tabs.size === 0) this.stop();
  }

  hear(tab: string, message: FromTab): void {
    if (!this.tabs.has(tab)) return;
    switch (message.kind) {
      case "frame":
        return this.send(tab, message.frame);
      case "connect":
        return this.connection?.connect();
      case "detach":
        return this.detach(tab);
      case "token":
        return this.answered(message.ask, (asked) => asked.resolve(message.token));
      case "refusal":
        return this.answered(message.ask, (asked) => asked.reject(new Refusal(message.code, message.status, message.message)));
    }
  }

  /** Ends the connection; the tabs are told nothing. */
  stop(): void {
    const connection = this.connection;
    this.connection = undefined;
    this.tokens.clear();
    connection?.leave();
  }

  private open(): void {
    const current: Connection = new Connection(
      { ...this.settings, token: (fresh) => this.token(fresh) },
      {
        status: (status) => this.connection === current && this.stated(status),
        frame: (frame) => this.connection === current && this.heard(frame),
      },
    );
    this.connection = current;
    current.connect();
  }

  private stated(status: Status): void {
    this.status = status;
    this.maintenance = undefined; // a hub tells anew of what there is
    if (status.state === "online") {
      this.feeds.reset();
      this.offices.reset();
      this.commands.clear();
      this.queries.clear();
    }
    if (status.state === "ended") this.connection = undefined; // whoever comes next begins anew
    for (const port of [...this.tabs.values()]) port({ kind: "status", status });
  }

  /** The status for somebody who comes now: the hub's time in it is that of now. */
  private current(): Status {
    const { status, connection } = this;
    if (status.state !== "online" || connection === undefined) return status;
    return { ...status, welcome: { ...status.welcome, at: connection.clock.now() } };
  }

  private send(tab: string, frame: ClientFrame): void {
    switch (frame.type) {
      case "watch":
        return this.feeds.watch(tab, frame.subjects);
      case "unwatch":
        for (const subject of frame.subjects) this.offices.leave(tab, subject);
        return this.feeds.unwatch(tab, frame.subjects);
      case "claim":
        return this.offices.claim(tab, frame);
      case "guard":
        return this.offices.guard(tab, frame);
      case "execute":
        this.commands.set(frame.command.id, (this.commands.get(frame.command.id) ?? new Set()).add(tab));
        break;
      case "ask":
        this.queries.set(frame.id, tab);
        break;
      default:
    }
    this.connection?.send(frame);
  }

  private heard(frame: ServerFrame): void {
    switch (frame.type) {
      case "joined":
        return this.feeds.joined(frame);
      case "entry":
        return this.feeds.entry(frame);
      case "gauge":
        return this.feeds.gauge(frame);
      case "claimed":
        return this.offices.claimed(frame);
      case "peers":
        return this.offices.peered(frame);
      case "shared":
        return this.tell(this.feeds.tabs(frame.subject), frame);
      case "guarded":
        return this.tell(this.offices.guarding(frame.command), frame);
      case "asked":
        return this.asked(frame);
      case "settled":
        return this.settled(frame.command, frame);
      case "answer":
        return this.settled(frame.ask, frame);
      case "maintenance":
        this.maintenance = frame;
        return this.tell([...this.tabs.keys()], frame);
      case "error":
        if (frame.about === undefined) return this.tell([...this.tabs.keys()], frame);
        if (this.commands.has(frame.about) || this.queries.has(frame.about)) return this.settled(frame.about, frame);
        return this.feeds.refused(frame.about, frame);
      default: // of the connection alone, or of a later version
    }
  }

  private asked(frame: Extract<ServerFrame, { type: "guarded" | "asked" }>): void {
    const tab = this.offices.desk(frame.command);
    if (tab !== undefined) return this.tell([tab], frame);
    this.connection?.send({ type: "settle", command: frame.command.id, outcome: { outcome: "refused", code: "nobody-claimed" } });
  }

  private settled(id: string, frame: ServerFrame): void {
    this.tell([...(this.commands.get(id) ?? []), this.queries.get(id) ?? ""], frame);
    this.commands.delete(id);
    this.queries.delete(id);
  }

  private tell(tabs: readonly string[], frame: ServerFrame): void {
    for (const tab of tabs) this.tabs.get(tab)?.({ kind: "frame", frame });
  }

  private token(fresh: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const ask = (this.asks += 1);
      this.tokens.set(ask, { fresh, resolve, reject, tab: undefined });
      this.askSomebody(ask);
    });
  }

  /** The youngest tab is the least likely to be asleep; if it is, the next is asked. */
  private askSomebody(ask: number): void {
    const asked = this.tokens.get(ask);
    const tab = [...this.tabs.keys()].at(-1 - (this.silent % Math.max(this.tabs.size, 1)));
    if (asked === undefined || asked.tab !== undefined || tab === undefined) return;
    asked.tab = tab;
    this.settings.environment.after(TOKEN_PATIENCE, () => {
      if (this.tokens.get(ask) !== asked || asked.tab !== tab) return;
      this.silent += 1;
      asked.tab = undefined;
      this.askSomebody(ask);
    });
    this.tabs.get(tab)?.({ kind: "token", ask, fresh: asked.fresh });
  }

  private answered(ask: number, how: (asked: TokenAsk) => void): void {
    const asked = this.tokens.get(ask);
    if (asked === undefined) return;
    this.silent = 0;
    this.tokens.delete(ask);
    how(asked);
  }
}
