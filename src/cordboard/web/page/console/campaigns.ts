import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { act } from "./acts";
import { listed, type Centre, type FloorState } from "./floor";
import { WORDS } from "./words";

/** Starts and stops campaigns, says how far each has come with its list, and shows an agent the next entry of a preview. */
@customElement("cb-campaigns")
export class Campaigns extends LitElement {
  static override styles = [
    look,
    css`
      .number {
        margin-inline-start: auto;
      }
    `,
  ];

  @property({ attribute: false }) centre!: Centre;
  @property({ attribute: false }) floor!: FloorState;
  @state() private chosen = "";
  @state() private agent = "";

  protected override render(): TemplateResult | typeof nothing {
    const { agents, campaigns } = this.centre;
    const campaign = campaigns.find(({ id }) => id === this.chosen) ?? campaigns[0];
    if (campaign === undefined) return nothing;
    const { entries, done } = listed(this.floor, campaign.id);
    const agent = this.agent || (agents[0]?.id ?? "");
    return html`<section class="card stack" aria-labelledby="heading">
      <h2 id="heading">${WORDS.campaigns}</h2>
      <label>
        ${WORDS.campaign}
        <select @change=${(event: Event) => void (this.chosen = (event.target as HTMLSelectElement).value)}>
          ${campaigns.map(({ id, name, mode }) => html`<option value=${id} ?selected=${id === campaign.id}>${name} (${mode})</option>`)}
        </select>
      </label>
      <div class="row">
        ${this.does(WORDS.startCampaign, "start_campaign", { campaign: campaign.id })}
        ${this.does(WORDS.stopCampaign, "stop_campaign", { campaign: campaign.id })}
        <span class="small faint number">${WORDS.listDone(done, entries)}</span>
      </div>
      ${campaign.mode === "preview"
        ? html`<label>
              ${WORDS.toAgent}
              <select @change=${(event: Event) => void (this.agent = (event.target as HTMLSelectElement).value)}>
                ${agents.map(({ id, name }) => html`<option value=${id} ?selected=${id === agent}>${name}</option>`)}
              </select>
            </label>
            <div>${this.does(WORDS.offerEntry, "offer_entry", { campaign: campaign.id, agent })}</div>`
        : nothing}
    </section>`;
  }

  private does(label: string, name: string, params: Readonly<{ [name: string]: string }>): TemplateResult {
    return control({ label, refused: "", press: () => this.dispatchEvent(act(name, params)) });
  }
}
