import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { look } from "../parts/look";
import { MEDIA, PHASES, STATES } from "../parts/texts";
import { doings, type Centre, type FloorState } from "./floor";
import { tables } from "./tables";
import { WORDS } from "./words";

import "../parts/since";

/** All agents of the centre, their states and what they are at. */
@customElement("cb-agents")
export class Agents extends LitElement {
  static override styles = [look, tables];

  @property({ attribute: false }) centre!: Centre;
  @property({ attribute: false }) floor!: FloorState;
  @property({ attribute: false }) clock!: { now(): number };

  protected override render(): TemplateResult {
    return html`<section class="card stack" aria-labelledby="heading">
      <h2 id="heading">${WORDS.agents}</h2>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="heading">
        <table>
          <thead>
            <tr>
              <th scope="col">${WORDS.name}</th>
              <th scope="col">${WORDS.state}</th>
              <th scope="col">${WORDS.since}</th>
              <th scope="col">${WORDS.with}</th>
            </tr>
          </thead>
          <tbody>
            ${this.centre.agents.map((agent) => this.row(agent))}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  private row(plan: Centre["agents"][number]): TemplateResult | typeof nothing {
    const agent = this.floor.agents[plan.id];
    if (agent === undefined) return nothing;
    return html`<tr>
      <td><a href=${`/desk/?agent=${encodeURIComponent(plan.id)}`} target="_blank">${plan.name}</a> <span class="faint number">${plan.extension}</span></td>
      <td>
        <span class=${agent.state}>${STATES[agent.state]}</span>${agent.reason === null ? nothing : html` <span class="faint">(${agent.reason})</span>`}
        ${Object.values(agent.media)
          .filter(({ state }) => state !== "null")
          .map(({ medium, state }) => html`<div class="small"><span class="faint">${MEDIA[medium]}:</span> <span class=${state}>${STATES[state]}</span></div>`)}
      </td>
      <td><cb-since .at=${agent.since} .clock=${this.clock}></cb-since></td>
      <td>${doings(agent).map(({ phase, who }) => html`<div>${who} <span class="faint">${PHASES[phase].toLowerCase()}</span></div>`)}</td>
    </tr>`;
  }
}
