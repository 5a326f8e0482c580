// A thing that only one of an agent's pages does: the ringing tone, a screen pop, an entry in the CRM's call log.

import type { Client } from "./client.js";
import type { ClaimedFrame } from "./frames.js";

/** Wants it until it is given back: when the page that has it goes, it is asked for again. */
export class Claim {
  /** Whether this page does it. */
  mine = false;
  /** The page that does it; empty for none, or while there is no connection. */
  page = "";
  private wanted = true;

  constructor(
    readonly name: string,
    private readonly subject: string,
    private readonly client: Client,
    private readonly changed: (claim: Claim) => void,
  ) {}

  /** Does it from now on, whoever did it before. */
  take(): void {
    this.wanted = true;
    this.client.claim(this.subject, this.name, "take");
  }

  /** Does it no longer; another page may. */
  give(): void {
    this.wanted = false;
    this.client.claim(this.subject, this.name, "give");
  }

  /** For the client: claims can be made now. */
  ask(): void {
    if (this.wanted) this.client.claim(this.subject, this.name);
  }

  /** For the client: the connection is gone, and with it the claim. */
  lost(): void {
    this.become("", false);
  }

  /** For the client: somebody does it, or nobody does. */
  heard(frame: ClaimedFrame): void {
    this.become(frame.page, frame.mine);
    if (frame.page === "") this.ask();
  }

  private become(page: string, mine: boolean): void {
    if (page === this.page && mine === this.mine) return;
    this.page = page;
    this.mine = mine;
    this.changed(this);
  }
}
