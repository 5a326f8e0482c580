// The window messages between the embedding page and ours: {event, data}, cloned, so that a Date arrives as a Date.

import type { Origins } from "./world";

export interface Post {
  (message: unknown, targetOrigin: string, transfer?: Transferable[]): void;
}

export interface Upstream {
  readonly event: string;
  readonly data: unknown;
}

/** What the embedder says, from its first word on. Never called for anybody else's. */
export type Heard = (message: Upstream) => void;

/**
 * One embedder's way in and out.
 *
 * It says nothing before it was acknowledged, so the first acknowledgement goes out to whoever embeds us: there is no more in it
 * than an id. All else waits until its first word tells its origin; that has to be an allowed one, and from then on nothing is
 * posted to, or heard of, any other.
 */
export class Conduit {
  private origin: string | undefined;
  private refused = false;
  private waiting: { message: object; transfer: Transferable[] }[] = [];

  constructor(
    private readonly post: Post,
    private readonly allowed: Origins,
    private readonly heard: Heard,
    private readonly locked: () => void,
  ) {}

  /** The first word to an embedder that has said nothing yet. */
  knock(message: object): void {
    if (this.refused) return;
    this.post(message, this.origin ?? "*");
  }

  /** To the embedder; until it is known the latest of each kind waits. Never `null`, at which the library throws. */
  send(event: string, data?: unknown): void {
    this.deliver(data === undefined || data === null ? { event } : { event, data });
  }

  /** Something that is no {event, data}, with what goes along. */
  deliver(message: object, transfer: Transferable[] = []): void {
    if (this.refused) return;
    if (this.origin !== undefined) {
      this.post(message, this.origin, transfer);
      return;
    }
    // A page that embeds us and never says a word may stand for a whole shift: of each kind the latest is enough for it.
    const kind = kindOf(message);
    this.waiting = [...this.waiting.filter((held) => kindOf(held.message) !== kind), { message, transfer }];
  }

  /** Whether the embedder is known. */
  get known(): boolean {
    return this.origin !== undefined;
  }

  /** A message event of which the source is the embedder's window. */
  receive(origin: string, data: unknown): void {
    const message = upstream(data);
    if (message === undefined || this.refused) return;
    if (this.origin === undefined) {
      if (!this.allowed.has(origin)) {
        this.refused = true;
        this.waiting = [];
        return;
      }
      this.origin = origin;
      for (const { message: held, transfer } of this.waiting) this.post(held, origin, transfer);
      this.waiting = [];
      this.locked();
    }
    if (origin === this.origin) this.heard(message);
  }

  /** What has not gone out yet is not to go out any more. */
  forget(): void {
    this.waiting = [];
  }
}

/** The name of a message, without the contact that it may be about. */
function kindOf(message: object): string {
  return "event" in message ? String(message.event).split("::", 2).join("::") : "";
}

function upstream(data: unknown): Upstream | undefined {
  if (typeof data !== "object" || data === null || !("event" in data)) return undefined;
  const { event } = data;
  if (typeof event !== "string" || event === "") return undefined;
  return { event, data: "data" in data ? data.data : undefined };
}
