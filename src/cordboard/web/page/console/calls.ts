import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { CALLS, CONNECTIONS, DIRECTIONS, MEDIA, ROLES } from "../parts/texts";
import { act } from "./acts";
import { liveParties, runningCalls, type FloorCall, type FloorState, type Party } from "./floor";
import { tables } from "./tables";
import { WORDS } from "./words";

import "../parts/since";

/** The calls under way. Whoever is outside the centre can be played: answer, press keys, hang up. */
@customElement("cb-calls")
export class Calls extends LitElement {
  static override styles = [
    look,
    tables,
    css`
      .party {
        min-height: 2rem;
      }

      input {
        width: 5rem;
        min-height: 1.8rem;
        padding-block: 0.1rem;
      }

      input.wide {
        flex: 1 1 8rem;
        width: auto;
        min-width: 5rem;
        max-width: 20rem;
      }
    `,
  ];

  @property({ attribute: false }) floor!: FloorState;
  @property({ attribute: false }) clock!: { now(): number };

  protected override render(): TemplateResult {
    const calls = runningCalls(this.floor);
    return html`<section class="card stack" aria-labelledby="heading">
      <h2 id="heading">${WORDS.callsNow}</h2>
      ${calls.length === 0
        ? html`<p class="faint">${WORDS.noCalls}</p>`
        : html`<div class="scroll" tabindex="0" role="group" aria-labelledby="heading">
            <table>
              <tbody>
                ${repeat(
                  calls,
                  (call) => call.id,
                  (call) => this.row(call),
                )}
              </tbody>
            </table>
          </div>`}
    </section>`;
  }

  private row(call: FloorCall): TemplateResult {
    return html`<tr>
      <th scope="row">
        ${call.medium === "voice" ? DIRECTIONS[call.direction] : MEDIA[call.medium]}${call.kind === "main" ? nothing : html`, ${CALLS[call.kind].toLowerCase()}`}
        <cb-since .at=${call.started} .clock=${this.clock}></cb-since>
      </th>
      <td>
        ${repeat(
          liveParties(call),
          (party) => party.id,
          (party) => this.party(call, party),
        )}
      </td>
    </tr>`;
  }

  private party(call: FloorCall, party: Party): TemplateResult {
    const name = party.name || party.number || ROLES[party.role];
    const outside = party.role === "customer" || party.role === "third_party";
    return html`<div class="row party">
      <span>${name}</span>
      <span class="faint">${CONNECTIONS[party.state]}</span>
      ${outside ? this.controls(call, party, name) : nothing}
    </div>`;
  }

  private controls(call: FloorCall, party: Party, name: string): TemplateResult {
    const at = { call: call.id, party: party.id };
    if (call.medium !== "voice") return this.writing(call, party, name);
    const press = (does: string, label: string, full: string): TemplateResult =>
      control({ label, name: full, refused: "", press: () => this.dispatchEvent(act(does, at)) });
    return html`${party.state === "alerting" ? press("customer_answer", WORDS.answer, WORDS.answerAs(name)) : nothing}
    ${press("customer_hang_up", WORDS.hangUp, WORDS.hangUpAs(name))}
    ${party.state === "connected" ? html`<input
          inputmode="tel"
          pattern="[0-9*#A-Da-d]+"
          placeholder=${WORDS.digits}
          aria-label=${WORDS.digitsAs(name)}
          @keydown=${(event: KeyboardEvent) => this.keyed(event, at)}
        />` : nothing}`;
  }

  /** A customer of a chat or a task: they write, and they go. */
  private writing(call: FloorCall, party: Party, name: string): TemplateResult {
    const leave = (): void => void this.dispatchEvent(act("customer_hang_up", { call: call.id, party: party.id }));
    return html`${control({ label: WORDS.leave, name: WORDS.leaveAs(name), refused: "", press: leave })}
    ${call.medium === "chat"
      ? html`<input
          class="wide"
          maxlength="4000"
          placeholder=${WORDS.write}
          aria-label=${WORDS.writeAs(name)}
          @keydown=${(event: KeyboardEvent) => this.wrote(event, call.id)}
        />`
      : nothing}`;
  }

  private wrote(event: KeyboardEvent, call: string): void {
    const field = event.target as HTMLInputElement;
    if (event.key !== "Enter" || event.isComposing || field.value.trim() === "") return;
    this.dispatchEvent(act("customer_write", { call, text: field.value }));
    field.value = "";
  }

  private keyed(event: KeyboardEvent, at: { call: string; party: string }): void {
    const field = event.target as HTMLInputElement;
    if (event.key !== "Enter" || field.value === "" || !field.reportValidity()) return;
    this.dispatchEvent(act("customer_digits", { ...at, digits: field.value.toUpperCase() }));
    field.value = "";
  }
}
