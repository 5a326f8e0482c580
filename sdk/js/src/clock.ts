// The server's clock, guessed from the times that it sends.

/**
 * A message's time is at most now, so the true difference is at least (its time - our time): the largest seen comes
 * nearest, being of the message that was the shortest time on its way.
 */
export class ServerClock {
  private offset = 0;
  private settled = false;

  constructor(private readonly local: () => number) {}

  /** A message that was sent just now carries this time. */
  heard(at: number): void {
    const seen = at - this.local();
    this.offset = this.settled ? Math.max(this.offset, seen) : seen;
    this.settled = true;
  }

  /** The page's own clock may have jumped since: the next time that is heard counts for more than the old ones. */
  doubt(): void {
    this.settled = false;
  }

  now(): number {
    return this.local() + this.offset;
  }
}
