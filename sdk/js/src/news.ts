// Who wants to hear of what.

/** Stops listening. */
export type Stop = () => void;

export class News<E> {
  private readonly listeners = new Map<keyof E, Set<(value: never) => void>>();

  on<K extends keyof E>(name: K, listener: (value: E[K]) => void): Stop {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Tells all of them, in the order in which they came; one that throws is reported and keeps it from nobody. */
  tell<K extends keyof E>(name: K, value: E[K]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (value: E[K]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
