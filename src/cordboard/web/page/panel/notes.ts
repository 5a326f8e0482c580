import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { look } from "../parts/look";
import { TEXTS } from "../parts/texts";
import { wish } from "./wishes";

const PAUSE = 1500;

/** The notes of a contact. Kept when the agent pauses or goes elsewhere; what another page wrote shows unless one is writing. */
@customElement("cb-notes")
export class Notes extends LitElement {
  static override styles = look;

  @property() contact = "";
  @property() text = "";
  @property({ type: Boolean }) disabled = false;
  @state() private draft: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override focus(): void {
    this.shadowRoot?.querySelector("textarea")?.focus();
  }

  protected override render(): TemplateResult {
    return html`<label class="small faint">
      ${TEXTS.notes}
      <textarea
        rows="2"
        .value=${this.draft ?? this.text}
        ?readonly=${this.disabled}
        @input=${this.wrote}
        @blur=${() => {
          this.keep();
          this.draft = undefined;
        }}
      ></textarea>
    </label>`;
  }

  private wrote(event: Event): void {
    this.draft = (event.target as HTMLTextAreaElement).value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), PAUSE);
  }

  private keep(): void {
    clearTimeout(this.timer);
    if (this.draft === undefined || this.draft === this.text) return;
    this.text = this.draft;
    this.dispatchEvent(wish({ service: "TakeNote", contact: this.contact, text: this.draft }));
  }
}
