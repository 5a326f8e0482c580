import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { control } from "../parts/control";
import { when } from "../parts/format";
import { look } from "../parts/look";
import { CONTROLS, DIRECTIONS, ENDINGS, TEXTS } from "../parts/texts";
import type { AgentProfile, Contact } from "../wire/model";
import { contactName, fullContact, moment, numberOf, type FullContact } from "./reading";
import { wish } from "./wishes";

/** The agent's last contacts, the newest first; one click calls back. */
@customElement("cb-recent")
export class Recent extends LitElement {
  static override styles = [
    look,
    css`
      li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.4rem 0;
        border-top: 1px solid var(--line);
      }

      li:first-child {
        border-top: 0;
      }

      li div {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) contacts: readonly Contact[] = [];
  @property({ attribute: false }) profile: AgentProfile | undefined;
  @property() refused = "";

  override focus(): void {
    this.shadowRoot?.querySelector<HTMLElement>("h2")?.focus();
  }

  protected override render(): TemplateResult {
    return html`<section class="card stack" aria-label=${TEXTS.recent}>
      <h2 tabindex="-1">${TEXTS.recent}</h2>
      ${this.contacts.length === 0
        ? html`<p class="faint">${TEXTS.noRecent}</p>`
        : html`<ol>
            ${this.contacts.map((contact) => this.item(fullContact(contact)))}
          </ol>`}
    </section>`;
  }

  private item(contact: FullContact): TemplateResult {
    const name = contactName(contact);
    const number = numberOf(contact);
    const disposition = this.profile?.dispositions?.find((item) => item.code === contact.disposition);
    const words = [
      DIRECTIONS[contact.direction],
      contact.ended_by == null ? "" : ENDINGS[contact.ended_by],
      disposition?.label || contact.disposition,
    ].filter((word) => word !== "");
    const at = moment(contact.created);
    return html`<li>
      <div>
        <span>${name}</span>
        <p class="small faint">
          ${at === 0 ? nothing : html`<time datetime=${new Date(at).toISOString()}>${when(at)}</time> · `}${words.join(" · ")}
        </p>
      </div>
      ${number === ""
        ? nothing
        : control({
            label: CONTROLS.MakeCall,
            name: TEXTS.callBack(name),
            refused: this.refused,
            look: "plain",
            press: () => this.dispatchEvent(wish({ service: "MakeCall", target: { kind: "number", number } })),
          })}
    </li>`;
  }
}
