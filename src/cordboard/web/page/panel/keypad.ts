import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { CONTROLS, TEXTS } from "../parts/texts";
import { wish } from "./wishes";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Sends digits into a call, by its buttons or by the keyboard while the focus is in it. */
@customElement("cb-keypad")
export class Keypad extends LitElement {
  static override styles = [
    look,
    css`
      .keys {
        display: grid;
        grid-template-columns: repeat(3, minmax(3rem, 4.5rem));
        gap: 0.4rem;
      }

      .keys button {
        min-height: 2.6rem;
        font-size: 1.15rem;
      }

      @container (width < 37.5rem) {
        .keys {
          grid-template-columns: repeat(3, minmax(0, 1fr));
          gap: 0.3rem;
        }

        .keys button {
          min-height: 2.2rem;
        }
      }

      output {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() contact = "";
  @property() refused = "";
  @state() private sent = "";

  protected override render(): TemplateResult {
    return html`<div class="stack" role="group" aria-label=${CONTROLS.GenerateDigits} @keydown=${this.keyed}>
      <div class="keys">${KEYS.map((key) => control({ label: key, refused: this.refused, press: () => this.send(key) }))}</div>
      ${this.sent === "" ? nothing : html`<p class="small faint">${TEXTS.sent}: <output class="number">${this.sent}</output></p>`}
    </div>`;
  }

  override focus(): void {
    this.shadowRoot?.querySelector("button")?.focus();
  }

  private keyed(event: KeyboardEvent): void {
    const { key } = event; // letters are shortcuts, as everywhere else
    if (event.ctrlKey || event.metaKey || event.altKey || this.refused !== "" || !/^[0-9*#]$/.test(key)) return;
    event.preventDefault();
    this.send(key);
  }

  private send(digits: string): void {
    this.sent += digits;
    this.dispatchEvent(wish({ service: "GenerateDigits", contact: this.contact, digits }));
  }
}
