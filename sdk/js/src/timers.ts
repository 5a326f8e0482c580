// Timers by name: setting one anew takes the old one back.

import type { Environment } from "./environment.js";

export class Timers {
  private readonly running = new Map<string, () => void>();

  constructor(private readonly environment: Environment) {}

  set(name: string, millis: number, what: () => void): void {
    this.cancel(name);
    const cancel = this.environment.after(millis, () => {
      this.running.delete(name);
      what();
    });
    this.running.set(name, cancel);
  }

  cancel(name: string): void {
    this.running.get(name)?.();
    this.running.delete(name);
  }

  clear(): void {
    for (const name of [...this.running.keys()]) this.cancel(name);
  }
}
