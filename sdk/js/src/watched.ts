// A subject that is watched: how it is now, and everything that happens to it.

import type { Arrival } from "./client.js";
import type { EntryFrame, ErrorFrame, PeersFrame, SharedFrame } from "./frames.js";
import type { ErrorBody, Subject, View } from "./model.js";
import { News, type Stop } from "./news.js";
import { position, type Stream } from "./stream.js";

export interface Changed {
  readonly view: View;
  /** How it was; nothing when it came for the first time. */
  readonly before: View | undefined;
  /** What changed it; nothing when the view came whole. */
  readonly entry: EntryFrame | undefined;
}

export interface WatchedNews {
  /** The view is another. After a reconnect once for all that was missed. */
  change: Changed;
  /** Something happened. Each entry once and in order, those that were missed during a reconnect included. */
  entry: EntryFrame;
  /** What happened in between is lost, and no `entry` came for it: only the view counts, which is this. */
  lost: View;
  gauge: { readonly name: string; readonly value: number };
  /** The hub does not let us see it. */
  refused: ErrorBody;
  shared: SharedFrame;
  peers: PeersFrame;
}

export class Watched {
  private readonly news = new News<WatchedNews>();
  private stream: Stream | undefined;
  private latest: PeersFrame | undefined;

  constructor(
    readonly subject: Subject,
    private readonly end: () => void,
  ) {}

  /** As it is now; nothing before it came for the first time. */
  get view(): View | undefined {
    return this.stream?.view;
  }

  /** Counters of a queue or team, by name. */
  get gauges(): Readonly<{ [name: string]: number }> {
    return this.stream?.gauges ?? {};
  }

  /** An agent's pages, and which of them this one is. */
  get peers(): PeersFrame | undefined {
    return this.latest;
  }

  /** Where in its history this is. */
  get position(): string | undefined {
    return this.stream === undefined ? undefined : position(this.stream.epoch, this.stream.seq);
  }

  on<K extends keyof WatchedNews>(name: K, listener: (value: WatchedNews[K]) => void): Stop {
    return this.news.on(name, listener);
  }

  /** The view, as soon as there is one. Rejects with the hub's refusal. */
  ready(): Promise<View> {
    const { view } = this;
    if (view !== undefined) return Promise.resolve(view);
    return new Promise((resolve, reject) => {
      const stops = [
        this.on("change", (changed) => over(() => resolve(changed.view))),
        this.on("refused", (error) => over(() => reject(new Error(`${error.code}: ${error.message}`)))),
      ];
      const over = (what: () => void): void => {
        for (const stop of stops) stop();
        what();
      };
    });
  }

  /** Watches it no longer. */
  close(): void {
    this.end();
  }

  /** For the client: it is now this. */
  became(stream: Stream, entry?: EntryFrame, arrival?: Arrival): void {
    const before = this.stream;
    this.stream = stream;
    if (arrival?.recovered === false) this.news.tell("lost", stream.view);
    for (const missed of arrival?.missed ?? []) this.news.tell("entry", missed);
    if (entry !== undefined) this.news.tell("entry", entry);
    if (before?.view !== stream.view) this.news.tell("change", { view: stream.view, before: before?.view, entry });
    for (const [name, value] of Object.entries(stream.gauges)) {
      if (before?.gauges[name] !== value) this.news.tell("gauge", { name, value });
    }
  }

  /** For the client: something was said about it. */
  heard(frame: SharedFrame | PeersFrame | ErrorFrame): void {
    if (frame.type === "peers") {
      this.latest = frame;
      this.news.tell("peers", frame);
    } else if (frame.type === "shared") this.news.tell("shared", frame);
    else this.news.tell("refused", frame.error);
  }
}
