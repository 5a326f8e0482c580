// What the client needs of the world, in one place, so that a test can give it another.

export interface Channel {
  send(text: string): void;
  close(code: number): void;
}

export interface ChannelEvents {
  opened(): void;
  received(data: unknown): void;
  closed(code: number): void;
}

export interface Environment {
  open(url: string, events: ChannelEvents): Channel;
  /** Calls later, once; the answer takes it back. */
  after(millis: number, what: () => void): () => void;
  now(): number;
  random(): number;
  id(): string;
}

export const BROWSER: Environment = {
  open(url, events) {
    const socket = new WebSocket(url);
    socket.addEventListener("open", () => events.opened());
    socket.addEventListener("message", (message) => events.received(message.data));
    socket.addEventListener("close", (close) => events.closed(close.code));
    return socket;
  },
  after(millis, what) {
    const timer = setTimeout(what, millis);
    return () => clearTimeout(timer);
  },
  now: () => Date.now(),
  random: () => Math.random(),
  // Not randomUUID: a page that is served without TLS has none.
  id: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
};
