// A socket to the hub, that is replaced by another whenever it is lost: says hello, keeps it alive, renews its token.

import { delay, returnAfter } from "./backoff.js";
import { ServerClock } from "./clock.js";
import type { Channel, Environment } from "./environment.js";
import { parsed, type ClientFrame, type Welcome } from "./frames.js";
import { LEFT, type Line, type LineEvents, type Status, type TokenSource } from "./line.js";
import { isFinal } from "./refusal.js";
import { jsonText } from "./text.js";
import { Timers } from "./timers.js";

export interface ConnectionSettings {
  readonly url: string;
  /** Who this is, for people who look into the hub's log. */
  readonly client: string;
  readonly token: TokenSource;
  readonly environment: Environment;
}

const OPENING_PATIENCE = 10_000;
const BEAT = 10_000;
const HEARTBEAT_LOST = 4002;

export class Connection implements Line {
  readonly clock: ServerClock;
  private readonly world: Environment;
  private readonly timers: Timers;
  private channel: Channel | undefined;
  private status: Status = { state: "connecting" };
  private failures = 0;
  private fresh = false;
  private unheard = 0;

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly events: LineEvents,
  ) {
    this.world = settings.environment;
    this.timers = new Timers(this.world);
    this.clock = new ServerClock(() => this.world.now());
  }

  connect(): void {
    if (this.channel !== undefined || this.status.state === "ended") return;
    this.timers.cancel("again");
    this.tell({ state: "connecting" });
    void this.settings.token(this.fresh).then(
      (token) => this.open(token),
      (error: unknown) => (isFinal(error) ? this.end("sign-in", 0) : this.closed(0)),
    );
  }

  leave(): void {
    if (this.status.state !== "ended") this.end("left", LEFT);
  }

  send(frame: ClientFrame): void {
    this.channel?.send(jsonText(frame));
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
    this.timers.set("opening", OPENING_PATIENCE, () => this.lost());
  }

  private closed(code: number): void {
    this.channel = undefined;
    for (const name of ["opening", "beat", "renew"]) this.timers.cancel(name);
    const what = returnAfter(code);
    if (what === "stay-away") return this.end("stay-away", code);
    this.fresh = what === "sign-in";
    this.failures += 1;
    const wait = delay(this.failures, this.world.random());
    this.timers.set("again", wait, () => this.connect());
    this.tell({ state: "waiting", until: this.world.now() + wait, failures: this.failures });
  }

  private end(why: "sign-in" | "stay-away" | "left", code: number): void {
    const channel = this.channel;
    this.channel = undefined;
    this.timers.clear();
    this.tell({ state: "ended", why, code });
    channel?.close(LEFT);
  }

  private receive(data: unknown): void {
    const frame = parsed(data);
    if (frame === undefined) return;
    this.unheard = 0;
    if (frame.type === "welcome") this.welcomed(frame);
    if (frame.type === "entry") this.clock.heard(frame.at);
    if (frame.type === "renewed") this.renewBefore(frame.expires);
    this.events.frame(frame);
  }

  private welcomed(welcome: Welcome): void {
    this.failures = 0;
    this.fresh = false;
    this.timers.cancel("opening");
    this.clock.doubt();
    this.clock.heard(welcome.at);
    this.tell({ state: "online", welcome });
    if (this.channel === undefined) return; // whoever was told has left
    this.beat(Math.min(BEAT, welcome.heartbeat));
    this.renewBefore(welcome.identity.expires ?? 0);
  }

  private renewBefore(expires: number): void {
    if (expires <= 0) return;
    const left = expires - this.clock.now();
    this.timers.set("renew", Math.min(Math.max(left * 0.8, 1000), 2 ** 31 - 1), () => {
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
    this.timers.set("beat", millis, () => {
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

  private tell(status: Status): void {
    this.status = status;
    this.events.status(status);
  }
}
