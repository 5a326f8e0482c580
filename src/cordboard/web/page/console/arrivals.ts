import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { look } from "../parts/look";
import { act } from "./acts";
import type { Centre, FloorState } from "./floor";
import { WORDS } from "./words";

/** How many callers an hour come by themselves, queue by queue, and a switch for all of them. */
@customElement("cb-arrivals")
export class Arrivals extends LitElement {
  static override styles = [
    look,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(3.5rem, 5.5rem);
        align-items: center;
        gap: 0.5rem;
        padding: 0.2rem 0;
        overflow-wrap: anywhere;
      }

      @container (width < 16rem) {
        li {
          grid-template-columns: minmax(0, 1fr) 3.75rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) centre!: Centre;
  @property({ attribute: false }) floor!: FloorState;

  protected override render(): TemplateResult {
    const { arrivals, people } = this.floor;
    const on = Object.values(arrivals).some((rate) => rate > 0);
    return html`<section class="card stack" aria-labelledby="heading">
      <div class="row spread">
        <h2 id="heading">${WORDS.arrivals}</h2>
        <button type="button" role="switch" aria-checked=${on ? "true" : "false"} aria-label=${WORDS.arrivals} @click=${() => this.turn(!on)}>
          ${on ? WORDS.on : WORDS.off}
        </button>
      </div>
      ${people ? html`` : html`<p class="small faint">${WORDS.nobodyActs}</p>`}
      <ul>
        ${this.centre.queues.map(
          (queue) => html`<li>
            <label for=${queue.id}>${queue.name} <span class="small faint">${WORDS.anHour}</span></label>
            <input
              id=${queue.id}
              type="number"
              min="0"
              max="3600"
              step="1"
              .value=${String(arrivals[queue.id] ?? 0)}
              @change=${(event: Event) => this.set(queue.id, (event.target as HTMLInputElement).valueAsNumber)}
            />
          </li>`,
        )}
      </ul>
    </section>`;
  }

  private turn(on: boolean): void {
    for (const queue of this.centre.queues) this.set(queue.id, on ? queue.arrivals_per_hour || 30 : 0);
  }

  private set(queue: string, rate: number): void {
    if (Number.isFinite(rate)) this.dispatchEvent(act("set_arrivals", { queue, per_hour: Math.max(0, rate) }));
  }
}
