// Commands and queries that wait for their answer. Each is answered exactly once, by the server or by the clock.

import type { Environment } from "./environment.js";
import type { ClientFrame } from "./frames.js";

interface Waiting<A> {
  readonly frame: ClientFrame;
  readonly resolve: (answer: A) => void;
  readonly cancel: () => void;
}

export class Pending<A> {
  private readonly waiting = new Map<string, Waiting<A>>();

  /** `late`: the answer when none came in `patience` milliseconds. */
  constructor(
    private readonly environment: Environment,
    private readonly patience: number,
    private readonly late: A,
  ) {}

  add(id: string, frame: ClientFrame): Promise<A> {
    return new Promise((resolve) => {
      const cancel = this.environment.after(this.patience, () => this.settle(id, this.late));
      this.waiting.set(id, { frame, resolve, cancel });
    });
  }

  /** Hands the answer to whoever asked; an answer that nobody waits for falls on the floor. */
  settle(id: string, answer: A): void {
    const found = this.waiting.get(id);
    if (found === undefined) return;
    this.waiting.delete(id);
    found.cancel();
    found.resolve(answer);
  }

  /** Everything that waits gets this answer. */
  end(answer: A): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, answer);
  }

  /** What to send again on a new connection. */
  frames(): ClientFrame[] {
    return [...this.waiting.values()].map((item) => item.frame);
  }
}
