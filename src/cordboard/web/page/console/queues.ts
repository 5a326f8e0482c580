import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { act } from "./acts";
import { waitingIn, type Centre, type FloorState } from "./floor";
import { tables } from "./tables";
import { WORDS } from "./words";

import "../parts/since";

/** The queues, and who waits in them. */
@customElement("cb-queues")
export class Queues extends LitElement {
  static override styles = [look, tables];

  @property({ attribute: false }) centre!: Centre;
  @property({ attribute: false }) floor!: FloorState;
  @property({ attribute: false }) clock!: { now(): number };

  protected override render(): TemplateResult {
    return html`<section class="card stack" aria-labelledby="heading">
      <h2 id="heading">${WORDS.queues}</h2>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="heading">
        <table>
          <thead>
            <tr>
              <th scope="col">${WORDS.queue}</th>
              <th scope="col">${WORDS.waiting}</th>
              <th scope="col">${WORDS.callers}</th>
            </tr>
          </thead>
          <tbody>
            ${this.centre.queues.map((queue) => this.row(queue))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  private row(queue: Centre["queues"][number]): TemplateResult {
    const waiting = waitingIn(this.floor, queue.id);
    return html`<tr>
      <td>${queue.name} <span class="faint number">${queue.number}</span></td>
      <td class="number">${waiting.length}</td>
      <td>
        ${waiting.map(({ call, caller, since }) => {
          const who = caller?.name || caller?.number || "";
          return html`<div class="row">
            <span>${who}</span> <cb-since class="faint" .at=${since} .clock=${this.clock}></cb-since>
            ${control({
              label: WORDS.giveUp,
              name: WORDS.hangUpAs(who),
              refused: "",
              look: "plain",
              press: () => this.dispatchEvent(act("customer_hang_up", { call: call.id })),
            })}
          </div>`;
        })}
      </td>
    </tr>`;
  }
}
