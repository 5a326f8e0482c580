import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { CONTROLS, TEXTS } from "../parts/texts";
import type { Outcome, Service } from "../wire/model";

/** The hub takes no longer message. */
const MOST = 4000;

/** Writes into a chat: Enter sends, Shift and Enter begin a line. What was refused stays to be sent again. */
@customElement("cb-compose")
export class Compose extends LitElement {
  static override styles = [
    look,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: 0.35rem;
      }

      textarea {
        min-height: 2.9rem;
      }
    `,
  ];

  @property() contact = "";
  /** Why nothing can be sent now; empty if it can. */
  @property() refused = "";
  @property({ attribute: false }) run!: (service: Service) => Promise<Outcome>;
  @state() private sending = false;
  @query("textarea") private area!: HTMLTextAreaElement;

  /** Puts a text at the end of what is being written. */
  put(text: string): void {
    const before = this.area.value.trimEnd();
    this.area.value = before === "" ? text : `${before}\n${text}`;
    this.area.focus();
  }

  override focus(): void {
    this.area.focus();
  }

  protected override render(): TemplateResult {
    return html`<form @submit=${(event: Event) => (event.preventDefault(), void this.send())}>
      <textarea rows="2" maxlength=${MOST} aria-label=${TEXTS.message} placeholder=${TEXTS.message} @keydown=${this.keyed}></textarea>
      ${control({ label: CONTROLS.SendMessage, refused: this.refused, look: "main", press: () => void this.send() })}
    </form>`;
  }

  private keyed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.send();
  }

  private async send(): Promise<void> {
    const text = this.area.value.trim();
    if (text === "" || this.sending || this.refused !== "") return this.area.focus();
    this.sending = true;
    const outcome = await this.run({ service: "SendMessage", contact: this.contact, text });
    this.sending = false;
    if (outcome.outcome === "done" && this.area.value.trim() === text) this.area.value = "";
    this.area.focus();
  }
}
