// A hub small enough to be seen to be right: a log for each subject, pages that watch it, claims and commands.

import type { Channel, ChannelEvents } from "../../sdk/js/src/environment.js";
import type { ClientFrame, EntryFrame, ServerFrame } from "../../sdk/js/src/frames.js";
import { World } from "./world.js";

interface Page {
  readonly id: string;
  readonly say: (frame: ServerFrame) => void;
  readonly drop: (code: number) => void;
  readonly watched: Set<string>;
  readonly kinds: Set<string>;
}

/** A world in which every socket leads to this hub. */
export class Exchange extends World {
  readonly logs = new Map<string, EntryFrame[]>();
  readonly done: string[] = [];
  readonly tokens: string[] = [];
  readonly pages: Page[] = [];
  readonly claims = new Map<string, Page>();
  readonly guards = new Map<string, Page>();
  opened = 0;
  epoch = "e";
  reachable = true;
  /** How many of the last entries are still known. */
  memory = Infinity;
  private settledIds = new Set<string>();

  override open(_url: string, events: ChannelEvents): Channel {
    this.opened += 1;
    const page: Page = {
      id: `p${this.opened}`,
      say: (frame) => queueMicrotask(() => this.pages.includes(page) && events.received(JSON.stringify(frame))),
      drop: (code) => {
        this.leave(page);
        events.closed(code);
      },
      watched: new Set(),
      kinds: new Set(),
    };
    queueMicrotask(() => {
      if (!this.reachable) return events.closed(1006);
      this.pages.push(page);
      events.opened();
    });
    return {
      send: (text) => queueMicrotask(() => this.pages.includes(page) && this.hear(page, JSON.parse(text) as ClientFrame)),
      close: () => this.leave(page),
    };
  }

  /** Cuts every socket. */
  cut(code = 1006): void {
    for (const page of [...this.pages]) page.drop(code);
  }

  happens(subject: string, cause: string): void {
    const log = this.logs.get(subject) ?? [];
    const fresh = log.length === 0;
    const entry: EntryFrame = { type: "entry", subject, seq: log.length + 1, at: this.time, sum: "", event: { type: "LinkDown", cause }, change: {} };
    this.logs.set(subject, [...log, entry]);
    for (const page of this.pages) {
      if (page.watched.has(subject)) page.say(entry);
      else if (fresh && page.kinds.has(kindOf(subject))) this.join(page, subject, null);
    }
  }

  private leave(page: Page): void {
    const at = this.pages.indexOf(page);
    if (at >= 0) this.pages.splice(at, 1);
    for (const [name, holder] of [...this.claims]) if (holder === page) this.grant(name, undefined);
    for (const [name, guard] of [...this.guards]) if (guard === page) this.guards.delete(name);
  }

  private hear(page: Page, frame: ClientFrame): void {
    switch (frame.type) {
      case "hello":
        this.tokens.push(frame.token);
        return page.say({ type: "welcome", identity: { subject: "ann", agent: "ann", scopes: [] }, heartbeat: 30_000, at: this.time });
      case "watch":
        for (const [name, from] of Object.entries(frame.subjects)) {
          if (!name.endsWith("/*")) this.join(page, name, from);
          else {
            page.kinds.add(name);
            for (const subject of this.logs.keys()) {
              if (kindOf(subject) === name && !(subject in frame.subjects) && !page.watched.has(subject)) this.join(page, subject, from);
            }
          }
        }
        return;
      case "unwatch":
        for (const name of frame.subjects) {
          page.watched.delete(name);
          page.kinds.delete(name);
        }
        return;
      case "execute":
        if (!this.settledIds.has(frame.command.id)) {
          this.settledIds.add(frame.command.id);
          this.done.push(frame.command.id);
          this.happens(frame.command.subject, frame.command.id);
        }
        return page.say({ type: "settled", command: frame.command.id, outcome: { outcome: "done" } });
      case "ask":
        return page.say({ type: "answer", ask: frame.id, result: { result: "SettingsText", text: frame.id } });
      case "claim": {
        const name = `${frame.subject} ${frame.name}`;
        const holder = this.claims.get(name);
        if (!page.watched.has(frame.subject)) return page.say({ type: "error", error: { code: "not-allowed", message: "" }, about: frame.subject });
        if (frame.give === true) return holder === page ? this.grant(name, undefined) : undefined;
        if (holder === undefined || frame.take === true) return this.grant(name, page);
        return page.say({ type: "claimed", subject: frame.subject, name: frame.name, page: holder.id, mine: holder === page });
      }
      case "guard":
        if (frame.on) this.guards.set(`${frame.subject} ${frame.service}`, page);
        else this.guards.delete(`${frame.subject} ${frame.service}`);
        return;
      case "share":
        for (const each of this.pages) if (each.watched.has(frame.subject)) each.say({ ...frame, type: "shared", page: page.id });
        return;
      case "ping":
        return page.say({ type: "pong" });
      default:
    }
  }

  private grant(name: string, page: Page | undefined): void {
    if (page === undefined) this.claims.delete(name);
    else this.claims.set(name, page);
    const [subject = "", what = ""] = name.split(" ");
    for (const each of this.pages) {
      if (each.watched.has(subject)) each.say({ type: "claimed", subject, name: what, page: page?.id ?? "", mine: each === page });
    }
  }

  private join(page: Page, subject: string, from: string | null): void {
    page.watched.add(subject);
    const log = this.logs.get(subject) ?? [];
    const [epoch, seq] = (from ?? "").split(".");
    const after = Number(seq);
    const known = from !== null && epoch === this.epoch && after <= log.length && log.length - after <= this.memory;
    page.say({
      type: "joined",
      subject,
      epoch: this.epoch,
      position: `${this.epoch}.${log.length}`,
      recovered: from === null ? null : known,
      ...(known && after < log.length && { tail: log.slice(after) }), // what is empty is left out
      view: { subject },
    });
  }
}

function kindOf(subject: string): string {
  return `${subject.split("/")[0] ?? ""}/*`;
}
