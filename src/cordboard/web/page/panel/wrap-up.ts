import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { CONTROLS, TEXTS } from "../parts/texts";
import type { Reason, Service } from "../wire/model";
import { moment, type FullContact } from "./reading";
import { wish } from "./wishes";

import "../parts/since";

/** More than these are a list to choose from. */
const BUTTONS = 8;

/** What is left to do after the talking: how it went, and the end. */
@customElement("cb-wrap-up")
export class WrapUp extends LitElement {
  static override styles = [
    look,
    css`
      legend {
        padding: 0;
      }

      .row {
        margin-top: 0.35rem;
      }
    `,
  ];

  @property({ attribute: false }) contact!: FullContact;
  @property({ attribute: false }) clock!: { now(): number };
  @property({ attribute: false }) dispositions: readonly Reason[] = [];
  @property({ attribute: false }) refused: (service: Service["service"]) => string = () => "";

  protected override render(): TemplateResult {
    return html`<div class="stack">
      ${this.dispositions.length === 0 ? nothing : this.dispositions.length > BUTTONS ? this.list() : this.buttons()}
      <div class="row">
        ${control({
          label: CONTROLS.CompleteContact,
          refused: this.refused("CompleteContact"),
          look: "main",
          press: () => this.dispatchEvent(wish({ service: "CompleteContact", contact: this.contact.id })),
        })}
        ${this.contact.wrap_up_limit > 0
          ? html`<cb-since
              class="faint"
              left
              role="timer"
              .at=${moment(this.contact.phase_since)}
              .clock=${this.clock}
              .limit=${this.contact.wrap_up_limit}
            ></cb-since>`
          : nothing}
      </div>
    </div>`;
  }

  private buttons(): TemplateResult {
    return html`<fieldset>
      <legend>${TEXTS.disposition}</legend>
      <div class="row">
        ${this.dispositions.map(({ code, label }) =>
          control({
            label: label || code,
            refused: this.refused("SetDisposition"),
            pressed: this.contact.disposition === code,
            press: () => this.set(this.contact.disposition === code ? "" : code),
          }),
        )}
      </div>
    </fieldset>`;
  }

  private list(): TemplateResult {
    return html`<label>
      ${TEXTS.disposition}
      <select .value=${this.contact.disposition} @change=${(event: Event) => this.set((event.target as HTMLSelectElement).value)}>
        <option value="">${TEXTS.choose}</option>
        ${this.dispositions.map(
          ({ code, label }) => html`<option value=${code} ?selected=${code === this.contact.disposition}>${label || code}</option>`,
        )}
      </select>
    </label>`;
  }

  private set(disposition: string): void {
    this.dispatchEvent(wish({ service: "SetDisposition", contact: this.contact.id, disposition }));
  }
}
