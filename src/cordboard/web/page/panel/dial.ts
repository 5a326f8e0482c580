import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { CONTROLS, TEXTS } from "../parts/texts";
import type { Target } from "../wire/model";
import { dialable } from "./reading";
import { CALLING, choose, wish } from "./wishes";

/** Calls a number, or somebody from the directory. */
@customElement("cb-dial")
export class Dial extends LitElement {
  static override styles = [
    look,
    css`
      form {
        display: grid;
        grid-template-columns: 1fr auto auto;
        gap: 0.5rem;
      }

      @container (width < 37.5rem) {
        form {
          grid-template-columns: 1fr 1fr;
        }

        input {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @property() refused = "";
  @query("input") private input!: HTMLInputElement;

  override focus(): void {
    this.input.focus();
  }

  protected override render(): TemplateResult {
    return html`<section class="card stack" aria-label=${TEXTS.dial}>
      <h2>${TEXTS.dial}</h2>
      <form @submit=${this.entered}>
        <input type="tel" aria-label=${TEXTS.number} placeholder=${TEXTS.number} autocomplete="off" />
        ${control({ label: CONTROLS.MakeCall, refused: this.refused, press: () => this.dial() })}
        ${control({
          label: TEXTS.directory,
          refused: this.refused,
          press: () => this.dispatchEvent(choose(CALLING)),
        })}
      </form>
    </section>`;
  }

  private entered(event: Event): void {
    event.preventDefault();
    this.dial();
  }

  private dial(): void {
    const number = dialable(this.input.value);
    if (number === "") return this.input.focus();
    const target: Target = { kind: "number", number };
    this.input.value = "";
    this.dispatchEvent(wish({ service: "MakeCall", target }));
  }
}
