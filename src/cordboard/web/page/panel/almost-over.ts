// Says that after-call work is about to be ended by the contact centre, in time to finish a sentence.

import { seconds } from "../parts/format";
import { TEXTS } from "../parts/texts";
import type { View } from "../wire/model";
import { contactName, moment, openContacts } from "./reading";

const BEFORE = 10;

export class AlmostOver {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly now: () => number,
    private readonly say: (text: string) => void,
  ) {}

  viewed(view: View): void {
    const wrapping = openContacts(view).filter((contact) => contact.phase === "wrap_up" && contact.wrap_up_limit > BEFORE);
    for (const id of [...this.timers.keys()]) if (!wrapping.some((contact) => contact.id === id)) this.cancel(id);
    for (const contact of wrapping) {
      if (this.timers.has(contact.id)) continue;
      const due = moment(contact.phase_since) + (contact.wrap_up_limit - BEFORE) * 1000;
      const text = TEXTS.almostOver(contactName(contact), seconds(BEFORE));
      if (due > this.now()) this.timers.set(contact.id, setTimeout(() => this.say(text), due - this.now()));
    }
  }

  stop(): void {
    for (const id of [...this.timers.keys()]) this.cancel(id);
  }

  private cancel(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }
}
