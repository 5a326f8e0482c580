// A world for the client in which nothing happens by itself: the test opens sockets, lets time pass and says what comes.

import type { Channel, ChannelEvents, Environment } from "../../sdk/js/src/environment.js";
import type { ClientFrame, ServerFrame } from "../../sdk/js/src/frames.js";

export class Socket implements Channel {
  readonly sent: ClientFrame[] = [];
  closedWith: number | undefined;

  constructor(private readonly events: ChannelEvents) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  open(): void {
    this.events.opened();
  }

  say(...frames: readonly (ServerFrame | { readonly type: string })[]): void {
    for (const frame of frames) this.events.received(JSON.stringify(frame));
  }

  garbage(text: unknown): void {
    this.events.received(text);
  }

  drop(code: number): void {
    this.events.closed(code);
  }

  of<T extends ClientFrame["type"]>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type);
  }
}

export class World implements Environment {
  readonly sockets: Socket[] = [];
  time = 1_000_000;
  private timers: { due: number; what: () => void }[] = [];
  private ids = 0;

  get socket(): Socket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  }

  open(_url: string, events: ChannelEvents): Channel {
    const socket = new Socket(events);
    this.sockets.push(socket);
    return socket;
  }

  after(millis: number, what: () => void): () => void {
    const timer = { due: this.time + millis, what };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((item) => item !== timer));
  }

  now(): number {
    return this.time;
  }

  random(): number {
    return 0.5;
  }

  id(): string {
    return String((this.ids += 1));
  }

  /** Lets time pass, ringing what falls due in its order, and lets promises settle between. */
  async pass(millis: number): Promise<void> {
    const end = this.time + millis;
    await settled();
    for (;;) {
      const next = this.timers.filter((timer) => timer.due <= end).sort((one, other) => one.due - other.due)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.due);
      next.what();
      await settled();
    }
    this.time = end;
  }
}

/** Promises that are ready have run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
