// Which of the things that only one of an agent's pages does are done by this page.

import type { Client } from "../wire/client";
import type { ClaimedFrame } from "../wire/frames";
import { DUTIES, type Doer, type Duty } from "./source";

type Claimer = Pick<Client, "claim">;

export class Duties {
  private readonly wanted = new Set<Duty>();
  private readonly doers = new Map<Duty, Doer>();

  /** `who`: on whose connection, for which subject; nobody while there is none. */
  constructor(private readonly who: () => { readonly client: Claimer; readonly subject: string } | undefined) {}

  doer(duty: Duty): Doer {
    return this.doers.get(duty) ?? "nowhere";
  }

  want(duty: Duty, wanted: boolean, take: boolean): void {
    if (wanted) this.wanted.add(duty);
    else this.wanted.delete(duty);
    this.claim(duty, !wanted ? "give" : take ? "take" : "ask");
  }

  /** The page joined: what it wants and nobody does, it does. */
  joined(): void {
    for (const duty of this.wanted) this.claim(duty, "ask");
  }

  /** What the connection granted is granted no more. */
  lost(): void {
    this.doers.clear();
  }

  /** Who does it now. A duty that became free is taken by whoever wants it and is first. */
  heard(frame: ClaimedFrame): boolean {
    const duty = DUTIES.find((name) => name === frame.name);
    if (duty === undefined) return false;
    this.doers.set(duty, frame.mine ? "here" : frame.page === "" ? "nowhere" : "elsewhere");
    if (frame.page === "" && this.wanted.has(duty)) this.claim(duty, "ask");
    return true;
  }

  private claim(duty: Duty, how: "ask" | "take" | "give"): void {
    const found = this.who();
    found?.client.claim(found.subject, duty, how);
  }
}
