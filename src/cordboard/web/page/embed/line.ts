// Requests, answers and news over a MessagePort. A request is answered exactly once, with a result or an error; one whose id
// was seen before is not answered again and not done again.

/** Why a request has no result. */
export class LineError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface LineEnd {
  /** Does a request; whatever it throws that is no `LineError` is told as `internal`, without its words. */
  serve(method: string, params: unknown): Promise<unknown>;
  heard(topic: string, data: unknown): void;
}

type Message =
  | { readonly type: "request"; readonly id: string; readonly method: string; readonly params: unknown }
  | { readonly type: "answer"; readonly id: string; readonly result?: unknown; readonly error?: { readonly code: string; readonly message: string } }
  | { readonly type: "event"; readonly topic: string; readonly data: unknown };

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: LineError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const PATIENCE = 20_000;
const REMEMBERED = 1000;

export class Line {
  private readonly waiting = new Map<string, Waiting>();
  private readonly seen = new Set<string>();
  private asked = 0;
  private closed = false;

  constructor(
    private readonly port: MessagePort,
    private readonly end: LineEnd,
  ) {
    port.onmessage = (event: MessageEvent<unknown>) => this.receive(event.data);
  }

  request(method: string, params: unknown): Promise<unknown> {
    if (this.closed) return Promise.reject(new LineError("gone", "the other side is not there"));
    const id = `r${(this.asked += 1)}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(id, undefined, new LineError("timeout", "no answer came in time")), PATIENCE);
      this.waiting.set(id, { resolve, reject, timer });
      this.send({ type: "request", id, method, params });
    });
  }

  tell(topic: string, data: unknown): void {
    this.send({ type: "event", topic, data });
  }

  /** Ends it; whatever waits for an answer gets none. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.port.close();
    for (const id of [...this.waiting.keys()]) this.settle(id, undefined, new LineError("gone", "the other side is not there"));
  }

  private send(message: Message): void {
    if (!this.closed) this.port.postMessage(message);
  }

  private receive(data: unknown): void {
    if (!isMessage(data)) return;
    switch (data.type) {
      case "request":
        return void this.serve(data.id, data.method, data.params);
      case "answer":
        return this.settle(data.id, data.result, data.error && new LineError(String(data.error.code), String(data.error.message)));
      case "event":
        return this.end.heard(data.topic, data.data);
    }
  }

  private async serve(id: string, method: string, params: unknown): Promise<void> {
    if (this.seen.has(id)) return;
    this.seen.add(id);
    const [oldest] = this.seen;
    if (this.seen.size > REMEMBERED && oldest !== undefined) this.seen.delete(oldest);
    try {
      this.send({ type: "answer", id, result: await this.end.serve(method, params) });
    } catch (error) {
      const told = error instanceof LineError ? error : new LineError("internal", "it failed");
      this.send({ type: "answer", id, error: { code: told.code, message: told.message } });
    }
  }

  private settle(id: string, result: unknown, error?: LineError): void {
    const found = this.waiting.get(id);
    if (found === undefined) return;
    this.waiting.delete(id);
    clearTimeout(found.timer);
    if (error === undefined) found.resolve(result);
    else found.reject(error);
  }
}

function isMessage(data: unknown): data is Message {
  if (typeof data !== "object" || data === null || !("type" in data)) return false;
  const message = data as { readonly [name: string]: unknown };
  switch (message["type"]) {
    case "request":
      return isName(message["id"]) && isName(message["method"]);
    case "answer":
      return isName(message["id"]);
    case "event":
      return isName(message["topic"]);
    default:
      return false;
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 100;
}
