import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { look } from "../parts/look";
import { act } from "./acts";
import { liveParties, runningCalls, type Centre, type FloorState } from "./floor";
import { WORDS } from "./words";

/** Has a customer, or any number, call the centre. */
@customElement("cb-ring-in")
export class RingIn extends LitElement {
  static override styles = [
    look,
    css`
      button {
        justify-self: start;
      }
    `,
  ];

  @property({ attribute: false }) centre!: Centre;
  @property({ attribute: false }) floor!: FloorState;
  @query("#who") private who!: HTMLInputElement;
  @query("#to") private to!: HTMLSelectElement;

  protected override render(): TemplateResult {
    const { agents, queues, customers } = this.centre;
    return html`<section class="card" aria-labelledby="heading">
      <form class="stack" @submit=${this.submitted}>
        <h2 id="heading">${WORDS.ringIn}</h2>
        <label>
          ${WORDS.caller}
          <input id="who" list="customers" placeholder=${WORDS.anyCustomer} autocomplete="off" />
        </label>
        <datalist id="customers">
          ${customers.map((customer) => html`<option value=${customer.number}>${customer.name}</option>`)}
        </datalist>
        <label>
          ${WORDS.calls}
          <select id="to">
            <optgroup label=${WORDS.queues}>
              ${queues.map((queue) => html`<option value=${`queue:${queue.id}`}>${queue.name} (${queue.number})</option>`)}
            </optgroup>
            <optgroup label=${WORDS.agents}>
              ${agents.map((agent) => html`<option value=${`agent:${agent.id}`}>${agent.name} (${agent.extension})</option>`)}
            </optgroup>
          </select>
        </label>
        <button class="main">${WORDS.ring}</button>
      </form>
    </section>`;
  }

  private submitted(event: Event): void {
    event.preventDefault();
    const typed = this.who.value.trim();
    const named = this.centre.customers.find((customer) => customer.name.toLowerCase() === typed.toLowerCase());
    const number = typed === "" ? this.anyone() : (named?.number ?? typed);
    this.dispatchEvent(act("ring", { number, to: this.to.value }));
  }

  /** Some customer who is not in a call already. */
  private anyone(): string {
    const engaged = new Set(runningCalls(this.floor).flatMap((call) => liveParties(call).map((party) => party.number)));
    const free = this.centre.customers.filter((customer) => !engaged.has(customer.number.replaceAll(" ", "")));
    return free[Math.floor(Math.random() * free.length)]?.number ?? "";
  }
}
