// The page's socket to the hub: it comes back by itself until somebody has to sign in again.

import { delay, returnAfter } from "./world";
import type { Channel, Environment } from "./world";
import { written, type ClientFrame, type ServerFrame } from "./wire";

const SILENCE = 10_000;
/** How long before its end a token is renewed. */
const AHEAD = 120_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export interface SocketEvents {
  /** `true` when the hub knows us, `false` when it is out of reach. */
  reached(online: boolean): void;
  received(frame: ServerFrame): void;
  /** No token, or none that holds: a person has to sign in. */
  signedOut(): void;
}

export interface TokenSource {
  /** `fresh`: another than the last. Rejects if a person has to sign in, and with status 0 or above 499 if the hub is out of reach. */
  token(fresh?: boolean): Promise<string>;
}

export class HubSocket {
  private channel: Channel | undefined;
  private online = false;
  private failures = 0;
  private fresh = false;
  private stopped = true;
  /** The hub's time less ours. */
  private ahead = 0;
  private cancelRetry: () => void = () => undefined;
  private cancelPing: () => void = () => undefined;
  private cancelRenewal: () => void = () => undefined;

  constructor(
    private readonly url: string,
    private readonly port: string,
    private readonly tokens: TokenSource,
    private readonly world: Environment,
    private readonly events: SocketEvents,
  ) {}

  start(): void {
    this.stopped = false;
    this.failures = 0;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    this.cancelAll();
    this.channel?.close(1000);
    this.channel = undefined;
    this.online = false;
  }

  get up(): boolean {
    return this.online;
  }

  /** Whether it went out: not while the hub is out of reach, nor what cannot be written, or is too long. */
  send(frame: ClientFrame): boolean {
    const text = written(frame);
    if (!this.online || this.channel === undefined || text === undefined) return false;
    this.channel.send(text);
    return true;
  }

  private open(): void {
    let mine: Channel | undefined;
    const current = (): boolean => mine !== undefined && this.channel === mine;
    mine = this.world.open(this.url, {
      opened: () => void (current() && this.greet(mine)),
      received: (data) => void (current() && this.heard(data)),
      closed: (code) => void (current() && this.closed(code)),
    });
    this.channel = mine;
  }

  private async greet(channel: Channel | undefined): Promise<void> {
    let token: string;
    try {
      token = await this.tokens.token(this.fresh);
    } catch (error) {
      if (this.channel !== channel) return;
      channel?.close(1000);
      if (needsPerson(error)) this.over();
      else this.closed(0);
      return;
    }
    this.fresh = false;
    if (this.channel === channel) channel?.send(JSON.stringify({ type: "hello", token, id: this.port } satisfies ClientFrame));
  }

  private heard(data: unknown): void {
    const frame = typeof data === "string" ? parsed(data) : undefined;
    if (frame === undefined) return;
    this.listen();
    if (frame.type === "welcome") {
      this.online = true;
      this.failures = 0;
      this.ahead = frame.at - this.world.now();
      this.renewBefore(frame.expires);
      this.events.received(frame);
      this.events.reached(true);
      return;
    }
    if (frame.type === "renewed") this.renewBefore(frame.expires);
    this.events.received(frame);
  }

  private closed(code: number): void {
    const was = this.online;
    this.cancelAll();
    this.channel = undefined;
    this.online = false;
    if (this.stopped) return;
    if (was) this.events.reached(false);
    if (returnAfter(code) === "stay-away") {
      this.over();
      return;
    }
    if (returnAfter(code) === "sign-in") {
      if (this.fresh || code === 4103) {
        this.over();
        return;
      }
      this.fresh = true; // the token is old, which need not mean the login is
    }
    this.failures += 1;
    this.cancelRetry = this.world.after(delay(this.failures, this.world.random()), () => this.open());
  }

  private over(): void {
    this.stop();
    this.fresh = false;
    this.events.signedOut();
  }

  /** Something was heard: ask again after a while, and give the socket up if there is no answer. */
  private listen(): void {
    this.cancelPing();
    this.cancelPing = this.world.after(SILENCE, () => {
      this.channel?.send(JSON.stringify({ type: "ping" } satisfies ClientFrame));
      this.cancelPing = this.world.after(SILENCE, () => {
        const dead = this.channel;
        this.closed(0);
        dead?.close(1000);
      });
    });
  }

  private renewBefore(expires: number): void {
    this.cancelRenewal();
    const left = expires - this.world.now() - this.ahead;
    if (expires === 0 || left <= 0 || left > LONGEST_TIMER) return;
    this.cancelRenewal = this.world.after(Math.max(left / 2, left - AHEAD), () => void this.renew());
  }

  private async renew(): Promise<void> {
    try {
      const token = await this.tokens.token(true);
      this.send({ type: "renew", token });
    } catch {
      // The hub says when it is over.
    }
  }

  private cancelAll(): void {
    this.cancelRetry();
    this.cancelPing();
    this.cancelRenewal();
  }
}

function parsed(text: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "type" in value ? (value as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}

function needsPerson(error: unknown): boolean {
  const status = typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 401;
  return status !== 0 && status < 500;
}
