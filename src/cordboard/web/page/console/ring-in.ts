import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { look } from "../parts/look";
import type { Medium } from "../wire/model";
import { act, type Act } from "./acts";
import { liveParties, runningCalls, type Centre, type FloorState } from "./floor";
import { WORDS } from "./words";

/** Has a customer, or any number, call the centre, open a chat, or send something to be done. */
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
  @query("#to") private to!: HTMLSelectElement | null;
  @query("#text") private text!: HTMLInputElement | null;

  protected override render(): TemplateResult {
    const { agents, queues, customers } = this.centre;
    const medium = this.medium();
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
          <select id="to" @change=${() => this.requestUpdate()}>
            <optgroup label=${WORDS.queues}>
              ${queues.map((queue) => html`<option value=${`queue:${queue.id}`}>${queue.name} (${queue.number})</option>`)}
            </optgroup>
            <optgroup label=${WORDS.agents}>
              ${agents.map((agent) => html`<option value=${`agent:${agent.id}`}>${agent.name} (${agent.extension})</option>`)}
            </optgroup>
          </select>
        </label>
        ${medium === "voice"
          ? nothing
          : html`<label>
              ${medium === "chat" ? WORDS.message : WORDS.subject}
              <input id="text" placeholder=${medium === "chat" ? WORDS.anyMessage : WORDS.anySubject} autocomplete="off" />
            </label>`}
        <button class="main">${medium === "voice" ? WORDS.ring : WORDS.comeIn}</button>
      </form>
    </section>`;
  }

  /** What comes to whom is chosen: queues have one medium each, agents are called. */
  private medium(): Medium {
    const chosen = this.to?.value ?? "";
    return this.centre.queues.find((queue) => chosen === `queue:${queue.id}`)?.medium ?? "voice";
  }

  private submitted(event: Event): void {
    event.preventDefault();
    const typed = this.who.value.trim();
    const named = this.centre.customers.find((customer) => customer.name.toLowerCase() === typed.toLowerCase());
    const number = typed === "" ? this.anyone() : (named?.number ?? typed);
    this.dispatchEvent(this.coming({ number, to: this.to?.value ?? "" }, this.text?.value.trim() ?? ""));
  }

  private coming(at: { readonly number: string; readonly to: string }, text: string): CustomEvent<Act> {
    switch (this.medium()) {
      case "voice":
        return act("ring", at);
      case "chat":
        return act("start_chat", { ...at, text: text || WORDS.anyMessage });
      case "task":
        return act("create_task", { ...at, subject: text || WORDS.anySubject });
    }
  }

  /** Some customer who is not in a call already. */
  private anyone(): string {
    const engaged = new Set(runningCalls(this.floor).flatMap((call) => liveParties(call).map((party) => party.number)));
    const free = this.centre.customers.filter((customer) => !engaged.has(customer.number.replaceAll(" ", "")));
    return free[Math.floor(Math.random() * free.length)]?.number ?? "";
  }
}
