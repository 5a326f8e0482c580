import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { control } from "../parts/control";
import { numeral } from "../parts/format";
import { look } from "../parts/look";
import { CONTROLS, DIRECTIONS, ENDINGS, MEDIA, PHASES, TEXTS } from "../parts/texts";
import type { AgentProfile, Outcome, Record, Service, Suggestion, Utterance } from "../wire/model";
import { contactLook } from "./contact-look";
import {
  attached,
  contactName,
  isOwn,
  isToBeCalled,
  isWeb,
  joinable,
  liveCalls,
  moment,
  numberOf,
  ownConnection,
  participantName,
  talking,
  type FullCall,
  type FullContact,
} from "./reading";
import { choose, select, wish } from "./wishes";

import "../parts/since";
import "./call";
import "./keypad";
import "./notes";
import "./promise";
import "./talk";
import "./wrap-up";

type Name = Service["service"];

/** One contact: who it is, its calls, and what can be done with it now. */
@customElement("cb-contact")
export class ContactCard extends LitElement {
  static override styles = [look, contactLook];

  @property({ attribute: false }) contact!: FullContact;
  @property({ attribute: false }) profile: AgentProfile | undefined;
  @property({ attribute: false }) clock!: { now(): number };
  /** All that are open, this one among them. */
  @property({ attribute: false }) contacts: readonly FullContact[] = [];
  /** Whether only its head is shown, since another one is in front. */
  @property({ type: Boolean }) folded = false;
  /** Why two contacts cannot be joined here; empty if that is not known. */
  @property() unjoined = "";
  @property({ attribute: false }) refusedFor: (contact: string, service: Name) => string = () => "";
  @property({ attribute: false }) utterances: readonly Utterance[] = [];
  @property({ attribute: false }) suggestions: readonly Suggestion[] = [];
  /** Asks for a service, where it matters what became of it. */
  @property({ attribute: false }) run!: (service: Service) => Promise<Outcome>;
  @state() private keys = false;
  @query("h2") private heading!: HTMLElement;
  @query("cb-notes") private notes!: HTMLElement | null;
  private hadFocus = false;

  /** Shows the keypad with the focus in it, or puts it away. */
  async toggleKeypad(): Promise<void> {
    this.keys = !this.keys;
    await this.updateComplete;
    const keypad = this.shadowRoot?.querySelector<HTMLElement>("cb-keypad");
    if (this.keys) {
      keypad?.focus();
      keypad?.scrollIntoView({ block: "nearest" });
    } else this.heading.focus();
  }

  writeNotes(): void {
    this.notes?.focus();
  }

  /** Moves the focus to it. */
  override focus(): void {
    this.heading.focus();
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    this.hadFocus = changes.has("contact") && this.shadowRoot?.activeElement != null;
  }

  /** A control that is gone leaves the focus on the contact, not at the top of the page. */
  protected override updated(): void {
    if (this.hadFocus && this.shadowRoot?.activeElement == null) this.heading.focus();
  }

  protected override render(): TemplateResult {
    if (this.folded) return this.head();
    const { contact } = this;
    const calls = liveCalls(contact);
    const data = attached(contact);
    return html`<article class="card stack ${contact.phase} ${contact.medium}" aria-labelledby="name">
      ${this.header()}
      ${data.length === 0
        ? nothing
        : html`<dl class="small" aria-label=${TEXTS.attached}>
            ${data.map(([name, value]) => html`<dt class="faint">${name}</dt><dd>${value}</dd>`)}
          </dl>`}
      ${this.records()} ${this.about()}
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
      ${this.talk()} ${this.controls(calls)} ${this.joins()}
      ${contact.phase === "wrap_up"
        ? html`<cb-wrap-up
            .contact=${contact}
            .clock=${this.clock}
            .dispositions=${this.profile?.dispositions ?? []}
            .refused=${this.refused}
          ></cb-wrap-up>`
        : nothing}
      ${contact.phase === "offered" || contact.phase === "dialling" || this.refused("ScheduleCallback") === "impossible-here"
        ? nothing
        : html`<cb-promise .contact=${contact} .clock=${this.clock} refused=${this.refused("ScheduleCallback")}></cb-promise>`}
      ${contact.phase === "offered" || contact.phase === "dialling"
        ? nothing
        : html`<cb-notes contact=${contact.id} text=${contact.notes} ?disabled=${this.refused("TakeNote") !== ""}></cb-notes>`}
    </article>`;
  }

  /** What is seen of a contact behind another. */
  private head(): TemplateResult {
    const { contact } = this;
    const show = (): void => void this.dispatchEvent(select(contact.id));
    return html`<article class="card folded ${contact.phase}" aria-labelledby="name" @click=${show}>
      <div class="row spread">
        <h2 id="name" tabindex="-1" title=${contactName(contact)}>${contactName(contact)}</h2>
        <button type="button" aria-label=${`${TEXTS.show}: ${contactName(contact)}`}>${TEXTS.show}</button>
      </div>
      ${this.phase()}
    </article>`;
  }

  private readonly refused = (service: Name): string => this.refusedFor(this.contact.id, service);

  private header(): TemplateResult {
    const { contact } = this;
    const name = contactName(contact);
    const number = numberOf(contact);
    const about = [
      contact.medium !== "voice" ? MEDIA[contact.medium] : contact.callback === "" ? DIRECTIONS[contact.direction] : TEXTS.callback,
      contact.queue?.name || contact.queue?.id,
      contact.campaign_name || contact.campaign,
      contact.list_record?.list,
      (contact.list_record?.attempt ?? 1) > 1 ? TEXTS.attempt(numeral(contact.list_record?.attempt ?? 1)) : "",
      contact.transferred_by === undefined ? "" : TEXTS.transferredBy(participantName(contact.transferred_by)),
      contact.subject === name ? "" : contact.subject,
    ];
    return html`<header>
      <div>
        <h2 id="name" tabindex="-1" title=${name}>${name}</h2>
        ${number === "" || number === name ? nothing : html`<p class="number">${number}</p>`}
      </div>
      ${this.phase()}
      <p class="small faint what">${about.filter((text) => text).join(" · ")}</p>
    </header>`;
  }

  private phase(): TemplateResult {
    const { contact } = this;
    const ended = contact.phase === "wrap_up" && contact.ended_by !== undefined ? ` (${ENDINGS[contact.ended_by]})` : "";
    const offered = contact.medium !== "voice" ? TEXTS.newContact : isToBeCalled(contact) ? TEXTS.toCall : PHASES.offered;
    return html`<p class="phase">
      ${contact.phase === "offered" ? offered : PHASES[contact.phase]}${ended} <cb-since .at=${moment(contact.phase_since)} .clock=${this.clock}></cb-since>
    </p>`;
  }

  private controls(calls: readonly FullCall[]): TemplateResult | typeof nothing {
    const { contact } = this;
    if (contact.medium !== "voice") return this.digital();
    switch (contact.phase) {
      case "offered":
        return isToBeCalled(contact) ? this.preview() : this.row(this.simple("AnswerCall", "main"), this.simple("DeflectCall", "danger"));
      case "dialling":
        return this.row(this.hangUp());
      case "active":
      case "paused":
        return html`${calls.length > 1 ? this.two(calls) : this.one(calls)} ${this.keys ? this.keypad() : nothing}`;
      case "wrap_up":
      case "closed":
        return nothing;
    }
  }

  /** Of a chat or a task. */
  private digital(): TemplateResult | typeof nothing {
    const { contact } = this;
    switch (contact.phase) {
      case "offered":
        return this.row(this.simple("AnswerCall", "main", TEXTS.accept), this.simple("DeflectCall", "danger"));
      case "dialling":
      case "active":
      case "paused":
        return this.row(
          this.simple(contact.phase === "paused" ? "ResumeContact" : "PauseContact"),
          this.someone("SingleStepTransferCall", TEXTS.transferTo),
          this.simple("ClearConnection", "danger", TEXTS.end),
        );
      case "wrap_up":
      case "closed":
        return nothing;
    }
  }

  /** Somebody to be called: the agent dials, leaves them for later, or, of a campaign, for good. */
  private preview(): TemplateResult {
    const { contact } = this;
    const never = control({
      label: TEXTS.never,
      refused: this.refused("DeflectCall"),
      look: "danger",
      press: () => this.dispatchEvent(wish({ service: "DeflectCall", contact: contact.id, discard: true })),
    });
    return this.row(
      this.simple("AnswerCall", "main", CONTROLS.MakeCall),
      this.simple("DeflectCall", "", TEXTS.skip),
      ...(contact.list_record == null ? [] : [never]),
    );
  }

  private one(calls: readonly FullCall[]): TemplateResult {
    const own = calls[0] === undefined ? undefined : ownConnection(calls[0], this.contact);
    if (own?.parked === true) return this.row(this.simple("RetrieveCall", "main"), this.hangUp());
    // Few contact centres can park: where it cannot be, nobody is shown a button that never works.
    const park = this.refused("ParkCall") === "impossible-here" ? [] : [this.simple("ParkCall")];
    const waiting = own?.state === "alerting" ? [this.simple("AnswerCall", "main"), this.simple("DeflectCall")] : [];
    return this.row(
      ...waiting,
      this.simple(own?.state === "hold" ? "RetrieveCall" : "HoldCall"),
      ...park,
      this.mute(calls),
      this.keypadToggle(),
      this.someone("ConsultationCall", TEXTS.consultWith),
      this.someone("SingleStepTransferCall", TEXTS.transferTo),
      this.someone("SingleStepConferenceCall", TEXTS.addTo),
      this.hangUp(),
    );
  }

  private two(calls: readonly FullCall[]): TemplateResult {
    return this.row(
      this.simple("TransferCall", "main"),
      this.simple("ConferenceCall"),
      this.simple("AlternateCall"),
      this.simple("ReconnectCall"),
      this.mute(calls),
      this.keypadToggle(),
    );
  }

  /** What the CRM has on the contact: what was found, and where a click-to-dial came from. */
  private records(): TemplateResult | typeof nothing {
    const { records, related_record: related } = this.contact;
    const all = related == null ? records : [related, ...records];
    if (all.length === 0) return nothing;
    return html`<ul class="row small records" aria-label=${TEXTS.records}>
      ${all.map((item) => html`<li>${linked(item)}</li>`)}
    </ul>`;
  }

  /** What a task is about, and what it refers to. */
  private about(): TemplateResult | typeof nothing {
    const { text, links } = this.contact;
    if (text === "" && links.length === 0) return nothing;
    return html`<div class="about">
      ${text === "" ? nothing : html`<p>${text}</p>`}
      ${links.length === 0 ? nothing : html`<ul class="row small" aria-label=${TEXTS.links}>${links.map((item) => html`<li>${linked(item)}</li>`)}</ul>`}
    </div>`;
  }

  /** What is said in it. */
  private talk(): TemplateResult | typeof nothing {
    const { contact, utterances, suggestions } = this;
    const written = contact.medium === "chat" && (contact.phase !== "offered" || utterances.length > 0);
    if (!written && utterances.length === 0 && suggestions.length === 0) return nothing;
    return html`<cb-talk
      class=${contact.medium === "chat" ? "" : "behind"}
      .contact=${contact}
      .utterances=${utterances}
      .suggestions=${suggestions}
      .refused=${this.refused}
      .run=${this.run}
    ></cb-talk>`;
  }

  /** Two contacts of the agent's can be made one: what is on hold or parked, and what is not; or, without the agent, two that wait. */
  private joins(): TemplateResult | typeof nothing {
    const others = joinable(this.contact, this.contacts);
    if (others.length === 0) return nothing;
    return html`<div class="row">
      ${others.map((other) => {
        const name = contactName(other);
        const together = [this.contact, other].some(talking) ? this.join("ConferenceCall", TEXTS.joinWith(name), other) : nothing;
        return html`${this.join("TransferCall", TEXTS.connectWith(name), other)} ${together}`;
      })}
    </div>`;
  }

  private join(service: "TransferCall" | "ConferenceCall", label: string, other: FullContact): TemplateResult {
    // The control of the contact alone says that there is one call only; the link's word is what counts here.
    const refused = this.refused(service);
    const press = (): void => void this.dispatchEvent(wish({ service, contact: this.contact.id, other: other.id }));
    return control({ label, refused: this.unjoined || (refused === "wrong-state" ? "" : refused), press });
  }

  private row(...controls: readonly TemplateResult[]): TemplateResult {
    return html`<div class="ways">${controls}</div>`;
  }

  private simple(service: Simple, look: "main" | "danger" | "" = "", label: string = CONTROLS[service]): TemplateResult {
    const refused = this.refused(service);
    return control({
      label,
      refused,
      look,
      press: () => this.dispatchEvent(wish({ service, contact: this.contact.id })),
    });
  }

  private hangUp(): TemplateResult {
    return this.simple("ClearConnection", "danger");
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
      press: () => void this.toggleKeypad(),
    });
  }

  private keypad(): TemplateResult {
    return html`<cb-keypad contact=${this.contact.id} refused=${this.refused("GenerateDigits")}></cb-keypad>`;
  }

  private someone(service: "ConsultationCall" | "SingleStepTransferCall" | "SingleStepConferenceCall", heading: string): TemplateResult {
    const contact = this.contact.id;
    return control({
      label: CONTROLS[service],
      refused: this.refused(service),
      press: () => this.dispatchEvent(choose({ heading, contact, then: (target) => ({ service, contact, target }) })),
    });
  }
}

/** A record, as a way to open it if it has an address. */
function linked({ kind, id, name, url }: Record): TemplateResult {
  const text = `${kind}: ${name || id}`;
  return isWeb(url) ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${text}</a>` : html`${text}`;
}

type Two = "TransferCall" | "ConferenceCall" | "AlternateCall" | "ReconnectCall";
type Simple = "AnswerCall" | "DeflectCall" | "HoldCall" | "RetrieveCall" | "ParkCall" | "ClearConnection" | "PauseContact" | "ResumeContact" | Two;
