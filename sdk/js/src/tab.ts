// A tab's end of the connection that it shares with others.

import type { ClientFrame } from "./frames.js";
import { LEFT, type Line, type LineEvents, type TokenSource } from "./line.js";
import { Refusal } from "./refusal.js";
import type { FromTab, ToTab } from "./trunk.js";

/** The way from a tab to wherever the shared connection is. */
export interface Way {
  post(message: FromTab): void;
  close(): void;
}

export interface WayEvents {
  heard(message: ToTab): void;
  /** Whoever kept the connection is gone; another is looked for. */
  lost(): void;
}

export type OpenWay = (events: WayEvents) => Way;

export class TabLine implements Line {
  private way: Way | undefined;
  private ended = false;

  constructor(
    private readonly openWay: OpenWay,
    private readonly token: TokenSource,
    private readonly events: LineEvents,
  ) {}

  connect(): void {
    if (this.ended) return;
    if (this.way !== undefined) return this.way.post({ kind: "connect" });
    this.events.status({ state: "connecting" });
    this.way = this.openWay({
      heard: (message) => this.heard(message),
      lost: () => this.ended || this.events.status({ state: "connecting" }),
    });
  }

  send(frame: ClientFrame): void {
    this.way?.post({ kind: "frame", frame });
  }

  leave(): void {
    if (this.ended) return;
    this.way?.post({ kind: "detach" });
    this.close();
    this.events.status({ state: "ended", why: "left", code: LEFT });
  }

  private heard(message: ToTab): void {
    if (this.ended) return;
    if (message.kind === "token") return this.ask(message.ask, message.fresh);
    if (message.kind === "frame") return this.events.frame(message.frame);
    if (message.status.state === "ended") this.close();
    this.events.status(message.status);
  }

  private ask(ask: number, fresh: boolean): void {
    void this.token(fresh).then(
      (token) => this.way?.post({ kind: "token", ask, token }),
      (error: unknown) => {
        const { code, status, message } = error instanceof Refusal ? error : new Refusal("offline", 0, String(error));
        this.way?.post({ kind: "refusal", ask, code, status, message });
      },
    );
  }

  private close(): void {
    this.ended = true;
    this.way?.close();
    this.way = undefined;
  }
}
