import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { control } from "../parts/control";
import { duration } from "../parts/duration";
import { look } from "../parts/look";
import { CONTROLS, DIRECTIONS, ENDINGS, PHASES, TEXTS } from "../parts/texts";
import type { ServerClock } from "../wire/clock";
import type { AgentProfile, Service } from "../wire/model";
import {
  attached,
  contactName,
  isOwn,
  liveCalls,
  moment,
  numberOf,
  ownConnection,
  participantName,
  type FullCall,
  type FullContact,
} from "./reading";
import { choose, wish } from "./wishes";

import "../parts/since";
import "./call";
import "./keypad";
import "./notes";
import "./wrap-up";

type Name = Service["service"];

/** One contact: who it is, its calls, and what can be done with it now. */
@customElement("cb-contact")
export class ContactCard extends LitElement {
  static override styles = [
    look,
    css`
      article.card {
        border-left: 0.4rem solid var(--tone, var(--line));
      }

      article.offered {
        border-color: var(--accent);
        background: color-mix(in srgb, var(--accent) 7%, var(--card));
      }

      .offered button {
        min-width: 8rem;
        min-height: 2.75rem;
        font-size: 1.1rem;
      }

      .offered {
        --tone: var(--accent);
      }

      .offered .phase {
        color: var(--accent);
        font-weight: 650;
      }

      .wrap_up {
        --tone: var(--warn);
      }

      .active,
      .dialling {
        --tone: var(--good);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 1rem;
      }

      .phase cb-since {
        display: inline-block;
      }

      h2 {
        font-size: 1.35rem;
        line-height: 1.25;
        overflow-wrap: anywhere;
      }

      dl {
        display: grid;
        grid-template-columns: fit-content(45%) 1fr;
        gap: 0.1rem 0.75rem;
        overflow-wrap: anywhere;
      }

      .again {
        margin-top: -0.25rem;
      }
    `,
  ];

  @property({ attribute: false }) contact!: FullContact;
  @property({ attribute: false }) profile: AgentProfile | undefined;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) refusedFor: (contact: string, service: Name) => string = () => "";
  @state() private keys = false;
  @query("h2") private heading!: HTMLElement;
  private hadFocus = false;

  protected override willUpdate(changes: PropertyValues<this>): void {
    this.hadFocus = changes.has("contact") && this.shadowRoot?.activeElement != null;
  }

  /** A control that is gone leaves the focus on the contact, not at the top of the page. */
  protected override updated(): void {
    if (this.hadFocus && this.shadowRoot?.activeElement == null) this.heading.focus();
  }

  protected override render(): TemplateResult {
    const { contact } = this;
    const calls = liveCalls(contact);
    const data = attached(contact);
    return html`<article class="card stack ${contact.phase}" aria-labelledby="name">
      ${this.header()}
      ${data.length === 0
        ? nothing
        : html`<dl class="small" aria-label=${TEXTS.attached}>
            ${data.map(([name, value]) => html`<dt class="faint">${name}</dt><dd>${value}</dd>`)}
          </dl>`}
      ${contact.phase === "offered" || contact.phase === "wrap_up"
        ? nothing
        : calls.map(
            (call) => html`<cb-call
              .call=${call}
              .contact=${contact}
              .clock=${this.clock}
              .refused=${this.refused}
              ?several=${calls.length > 1}
            ></cb-call>`,
          )}
      ${this.controls(calls)}
      ${contact.phase === "offered" || contact.phase === "dialling"
        ? nothing
        : html`<cb-notes contact=${contact.id} text=${contact.notes} ?disabled=${this.refused("TakeNote") !== ""}></cb-notes>`}
      ${contact.phase === "wrap_up"
        ? html`<cb-wrap-up .contact=${contact} .dispositions=${this.profile?.dispositions ?? []} .refused=${this.refused}></cb-wrap-up>`
        : nothing}
    </article>`;
  }

  private readonly refused = (service: Name): string => this.refusedFor(this.contact.id, service);

  private header(): TemplateResult {
    const { contact } = this;
    const name = contactName(contact);
    const number = numberOf(contact);
    const about = [
      DIRECTIONS[contact.direction],
      contact.queue?.name || contact.queue?.id,
      contact.campaign_name || contact.campaign,
      contact.transferred_by === undefined ? "" : TEXTS.transferredBy(participantName(contact.transferred_by)),
      contact.subject,
    ];
    const wrapping = contact.phase === "wrap_up";
    const ended = wrapping && contact.ended_by !== undefined ? `, ${ENDINGS[contact.ended_by].toLowerCase()}` : "";
    const limit = wrapping && contact.wrap_up_limit > 0 ? TEXTS.ofAtMost(duration(contact.wrap_up_limit * 1000)) : "";
    return html`<header>
      <div>
        <h2 id="name" tabindex="-1">${name}</h2>
        ${number === "" || number === name ? nothing : html`<p class="number">${number}</p>`}
        <p class="small faint">${about.filter((text) => text).join(" · ")}</p>
      </div>
      <p class="phase">
        ${PHASES[contact.phase]}${ended} <cb-since .at=${moment(contact.phase_since)} .clock=${this.clock}></cb-since>
        <span class="faint">${limit}</span>
      </p>
    </header>`;
  }

  private controls(calls: readonly FullCall[]): TemplateResult | typeof nothing {
    const { contact } = this;
    if (contact.medium !== "voice") return this.row(this.simple(contact.phase === "paused" ? "ResumeContact" : "PauseContact"), this.hangUp());
    switch (contact.phase) {
      case "offered":
        return this.row(this.simple("AnswerCall", "main"), this.simple("DeflectCall", "danger"));
      case "dialling":
        return this.row(this.hangUp());
      case "active":
      case "paused":
        return html`${calls.length > 1 ? this.two() : this.one(calls)} ${this.keys ? this.keypad() : nothing}`;
      case "wrap_up":
      case "closed":
        return nothing;
    }
  }

  private one(calls: readonly FullCall[]): TemplateResult {
    const own = calls[0] === undefined ? undefined : ownConnection(calls[0], this.contact);
    const waiting = own?.state === "alerting" ? [this.simple("AnswerCall", "main"), this.simple("DeflectCall")] : [];
    return this.row(
      ...waiting,
      this.simple(own?.state === "hold" ? "RetrieveCall" : "HoldCall"),
      this.mute(calls),
      this.keypadToggle(),
      this.someone("ConsultationCall", TEXTS.consultWith),
      this.someone("SingleStepTransferCall", TEXTS.transferTo),
      this.hangUp(),
    );
  }

  private two(): TemplateResult {
    return html`${this.row(
      this.simple("TransferCall", "main"),
      this.simple("ConferenceCall"),
      this.simple("AlternateCall"),
      this.simple("ReconnectCall"),
    )}
    <div class="again">${this.row(this.mute(liveCalls(this.contact)), this.keypadToggle())}</div>`;
  }

  private row(...controls: readonly TemplateResult[]): TemplateResult {
    return html`<div class="row">${controls}</div>`;
  }

  private simple(service: "AnswerCall" | "DeflectCall" | "HoldCall" | "RetrieveCall" | Two | Pausing, look: "main" | "danger" | "" = ""): TemplateResult {
    const refused = this.refused(service);
    return control({
      label: CONTROLS[service],
      refused,
      look,
      press: () => this.dispatchEvent(wish({ service, contact: this.contact.id })),
    });
  }

  private hangUp(): TemplateResult {
    return control({
      label: CONTROLS.ClearConnection,
      refused: this.refused("ClearConnection"),
      look: "danger",
      press: () => this.dispatchEvent(wish({ service: "ClearConnection", contact: this.contact.id })),
    });
  }

  private mute(calls: readonly FullCall[]): TemplateResult {
    const muted = calls.some((call) => call.connections.some((item) => isOwn(item, this.contact) && item.muted === true));
    return control({
      label: muted ? TEXTS.unmute : TEXTS.mute,
      refused: this.refused("SetMicrophoneMute"),
      pressed: muted,
      press: () => this.dispatchEvent(wish({ service: "SetMicrophoneMute", contact: this.contact.id, mute: !muted })),
    });
  }

  private keypadToggle(): TemplateResult {
    return control({
      label: CONTROLS.GenerateDigits,
      refused: this.keys ? "" : this.refused("GenerateDigits"),
      pressed: this.keys,
      press: () => void (this.keys = !this.keys),
    });
  }

  private keypad(): TemplateResult {
    return html`<cb-keypad contact=${this.contact.id} refused=${this.refused("GenerateDigits")}></cb-keypad>`;
  }

  private someone(service: "ConsultationCall" | "SingleStepTransferCall", heading: string): TemplateResult {
    const contact = this.contact.id;
    return control({
      label: CONTROLS[service],
      refused: this.refused(service),
      press: () => this.dispatchEvent(choose({ heading, contact, then: (target) => ({ service, contact, target }) })),
    });
  }
}

type Two = "TransferCall" | "ConferenceCall" | "AlternateCall" | "ReconnectCall";
type Pausing = "PauseContact" | "ResumeContact";
