// What a page does when a call rings, beside showing it: the tone and the desktop notification. Each is done by one of the
// agent's pages only, the one that has claimed it.

import { prefer, preference } from "../parts/preference";
import { TEXTS } from "../parts/texts";
import { contactName, numberOf, type FullContact } from "./reading";
import { isTone, Ringtone, type Tone } from "./ringtone";
import type { PanelSource } from "./source";

/** `framed`: this page stands within another's, where browsers allow none. */
export type Permission = "granted" | "ask" | "denied" | "framed";

const RING = "ring";
const TONE = "tone";
const NOTIFY = "notify";

export class Alerts {
  private readonly ringtone = new Ringtone();
  private readonly shown = new Map<string, Notification>();

  /** `opened`: the agent clicked the notification of a contact. */
  constructor(private readonly opened: (contact: string) => void) {}

  get rings(): boolean {
    return preference(RING) !== "off";
  }

  get tone(): Tone {
    const chosen = preference(TONE);
    return isTone(chosen) ? chosen : "classic";
  }

  get notifies(): boolean {
    return preference(NOTIFY) === "on" && permission() === "granted";
  }

  /** Claims what the agent wants of this page. */
  begin(source: PanelSource): void {
    source.want("ringtone", this.rings);
    source.want("notification", this.notifies);
  }

  ring(source: PanelSource, wanted: boolean, tone = this.tone): void {
    prefer(RING, wanted ? "on" : "off");
    prefer(TONE, tone);
    this.ringtone.stop(); // the next look starts the other one
    if (wanted) this.ringtone.touched();
    source.want("ringtone", wanted, wanted);
  }

  /** Asks the browser if need be: call it on a click. */
  async notify(source: PanelSource, wanted: boolean): Promise<void> {
    if (wanted && permission() === "ask") await Notification.requestPermission();
    prefer(NOTIFY, wanted ? "on" : "off");
    source.want("notification", this.notifies, this.notifies);
  }

  sample(tone: Tone): void {
    void this.ringtone.sample(tone);
  }

  touched(): void {
    this.ringtone.touched();
  }

  /** These ring now. */
  ringing(source: PanelSource, contacts: readonly FullContact[]): void {
    if (contacts.length > 0 && this.rings && source.doer("ringtone") === "here") this.ringtone.start(this.tone);
    else this.ringtone.stop();
    const wanted = this.notifies && source.doer("notification") === "here" ? contacts : [];
    for (const [id, notification] of [...this.shown]) {
      if (!wanted.some((contact) => contact.id === id)) {
        notification.close();
        this.shown.delete(id);
      }
    }
    for (const contact of wanted) if (!this.shown.has(contact.id) && !document.hasFocus()) this.show(contact);
  }

  private show(contact: FullContact): void {
    const about = [numberOf(contact), contact.queue?.name || contact.queue?.id].filter((text) => text);
    const notification = new Notification(TEXTS.ringing(contactName(contact)), {
      body: about.join(" · "),
      tag: `cordboard-${contact.id}`,
      icon: "/static/cordboard.svg",
      lang: document.documentElement.lang,
      requireInteraction: true, // it goes when it rings no more
    });
    notification.onclick = () => {
      window.focus();
      this.opened(contact.id);
      notification.close();
    };
    this.shown.set(contact.id, notification);
  }
}

export function permission(): Permission {
  if (typeof Notification === "undefined") return "denied";
  switch (Notification.permission) {
    case "granted":
      return "granted";
    case "denied":
      return window.top === window ? "denied" : "framed";
    case "default":
      return "ask";
  }
}
