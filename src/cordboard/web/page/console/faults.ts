import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { look } from "../parts/look";
import type { ErrorCode } from "../wire/model";
import { fault } from "./acts";
import type { Faults } from "./floor";
import { WORDS } from "./words";

/** With what the next command can be refused: what a contact centre would say. */
const CODES: readonly ErrorCode[] = ["wrong-state", "impossible-here", "vendor-refused", "vendor-failed", "no-free-line", "invalid-number", "timeout"];

/** What goes wrong with the wire between the switch and the hub. */
@customElement("cb-faults")
export class FaultSwitches extends LitElement {
  static override styles = [
    look,
    css`
      .one {
        display: grid;
        grid-template-columns: 1fr 5.5rem auto;
        align-items: center;
        gap: 0.5rem;
      }

      select {
        grid-column: 1 / 3;
      }

      @container (width < 16rem) {
        .one {
          grid-template-columns: minmax(0, 1fr) auto;
        }

        label {
          grid-column: 1 / -1;
        }

        select {
          grid-column: 1;
        }
      }
    `,
  ];

  @property({ attribute: false }) faults!: Faults;
  @query("#drop") private drop!: HTMLInputElement;
  @query("#delay") private delay!: HTMLInputElement;
  @query("#speed") private speed!: HTMLInputElement;
  @query("#refuse") private refuse!: HTMLSelectElement;

  protected override render(): TemplateResult {
    const { delay, duplicate, reorder, refuse, silent, speed } = this.faults;
    return html`<section class="card stack" aria-labelledby="heading">
      <h2 id="heading">${WORDS.faults}</h2>
      <form class="one" @submit=${this.asked(() => fault({ drop: this.drop.valueAsNumber * 1000 }))}>
        <label for="drop">${WORDS.dropFor}</label>
        <input id="drop" type="number" min="0" max="3600" value="5" required />
        <button class="danger">${WORDS.cut}</button>
      </form>
      <form class="one" @submit=${this.asked(() => fault({ delay: this.delay.valueAsNumber }))}>
        <label for="delay">${WORDS.delay}</label>
        <input id="delay" type="number" min="0" max="60000" step="100" .value=${String(delay)} required />
        <button>${WORDS.set}</button>
      </form>
      <form class="one" @submit=${this.asked(() => fault({ speed: this.speed.valueAsNumber }))}>
        <label for="speed">${WORDS.speed}</label>
        <input id="speed" type="number" min="0.1" max="100" step="0.1" .value=${String(speed)} required />
        <button>${WORDS.set}</button>
      </form>
      <form class="one" @submit=${this.asked(() => fault({ refuse: this.refuse.value }))}>
        <select id="refuse" aria-label=${WORDS.refuseNext}>
          <option value="">${WORDS.refuseNothing}</option>
          ${CODES.map((code) => html`<option value=${code} ?selected=${code === refuse}>${code}</option>`)}
        </select>
        <button>${WORDS.set}</button>
      </form>
      <div class="row">
        ${this.toggle(WORDS.duplicate, duplicate, () => fault({ duplicate: !duplicate }))}
        ${this.toggle(WORDS.reorder, reorder, () => fault({ reorder: !reorder }))}
        ${this.toggle(WORDS.neverAnswer, silent, () => fault({ silent: !silent }))}
      </div>
    </section>`;
  }

  private toggle(label: string, on: boolean, wish: () => Event): TemplateResult {
    return html`<button type="button" aria-pressed=${on ? "true" : "false"} @click=${() => this.dispatchEvent(wish())}>${label}</button>`;
  }

  private asked(wish: () => Event): (event: Event) => void {
    return (event) => {
      event.preventDefault();
      this.dispatchEvent(wish());
    };
  }
}
