import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { CALLS, CONNECTIONS, CONTROLS, recordingText, ROLES, TEXTS } from "../parts/texts";
import type { Connection, Service } from "../wire/model";
import { isOwn, liveConnections, moment, ownConnection, participantName, type FullCall, type FullContact } from "./reading";
import { wish } from "./wishes";

import "../parts/since";

/** One call of a contact: who is in it, and how they stand. */
@customElement("cb-call")
export class CallRow extends LitElement {
  static override styles = [
    look,
    css`
      .call {
        padding: 0.5rem 0.75rem;
        border-radius: 6px;
        background: var(--sunk);
      }

      .held {
        border: 1px dashed var(--edge);
        background: transparent;
      }

      /* Two who simply talk stand in one line, if they fit. */
      .simple ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
      }

      .simple li,
      .simple li > span {
        display: flex;
        flex: 0 1 auto;
        flex-wrap: nowrap;
        align-items: baseline;
        gap: 0.25rem;
        min-width: 0;
        min-height: 1.5rem;
      }

      .simple .who {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .simple .small {
        flex: none;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 0.5rem;
        min-height: 2.1rem;
        overflow-wrap: break-word;
      }

      li > span {
        flex: 1 1 6em;
        min-width: 0;
      }

      li button {
        min-height: 1.75rem;
        padding-block: 0.1rem;
      }

      @container (width < 37.5rem) {
        .call {
          padding: 0.25rem 0.5rem;
        }

        li {
          min-height: 1.5rem;
        }

        /* That the agent talks to the one who is named goes without saying, but for who cannot see. */
        .simple .plain {
          position: absolute;
          width: 1px;
          height: 1px;
          min-height: 0;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ];

  @property({ attribute: false }) call!: FullCall;
  @property({ attribute: false }) contact!: FullContact;
  @property({ attribute: false }) refused: (service: Service["service"]) => string = () => "";
  @property({ attribute: false }) clock!: { now(): number };
  /** Whether it has controls of its own, as each of several calls needs. */
  @property({ type: Boolean }) several = false;

  protected override render(): TemplateResult {
    const { call } = this;
    const own = ownConnection(call, this.contact);
    const far = liveConnections(call).filter((item) => !isOwn(item, this.contact));
    const ordered = own === undefined || own.state === "null" ? far : [...far, own];
    const at = moment(call.stamps.connected ?? {}) || moment(call.stamps.created ?? {});
    const simple = far.length < 2 && !this.several ? "simple" : "";
    return html`<div class="call ${simple} ${own?.state === "hold" ? "held" : ""}">
      ${this.several || call.kind !== "main" || call.recording !== ""
        ? html`<div class="row spread small faint">
            <span>${CALLS[call.kind]}${call.recording === "" ? nothing : html` · ${recordingText(call.recording)}`}</span>
            <cb-since .at=${at} .clock=${this.clock}></cb-since>
          </div>`
        : nothing}
      <ul aria-label=${TEXTS.participants}>
        ${ordered.map((item) => this.place(item, far.length > 1 && item !== own))}
      </ul>
    </div>`;
  }

  private place(item: Connection, droppable: boolean): TemplateResult {
    const own = isOwn(item, this.contact);
    const name = own ? TEXTS.you : participantName(item.participant);
    const state = item.held_alone === true ? TEXTS.onHoldAlone : item.parked === true ? TEXTS.parked : CONNECTIONS[item.state];
    const muted = item.muted === true || item.forced_mute === true ? `, ${TEXTS.muted}` : "";
    const role = own || item.participant.role === "customer" || name === ROLES[item.participant.role] ? "" : ROLES[item.participant.role];
    const plain = own && item.state === "connected" && muted === "";
    return html`<li class=${plain ? "plain" : ""}>
      <span><span class="who" title=${name}>${name}</span> <span class="small faint">${role === "" ? nothing : html`${role} · `}${state}${muted}</span></span>
      ${droppable
        ? control({
            label: TEXTS.dropShort,
            name: TEXTS.drop(name),
            refused: this.refused("ClearConnection"),
            press: () => this.ask({ service: "ClearConnection", contact: this.contact.id, call: this.call.id, connection: item.id }),
          })
        : nothing}
      ${this.several && own ? this.controls(item) : nothing}
    </li>`;
  }

  private controls(own: Connection): TemplateResult {
    const held = own.state === "hold";
    const service = held ? "RetrieveCall" : "HoldCall";
    const at = { contact: this.contact.id, call: this.call.id };
    return html`<div class="row">
      ${control({ label: CONTROLS[service], refused: this.refused(service), press: () => this.ask({ service, ...at }) })}
      ${control({
        label: CONTROLS.ClearConnection,
        refused: this.refused("ClearConnection"),
        look: "danger",
        press: () => this.ask({ service: "ClearConnection", ...at }),
      })}
    </div>`;
  }

  private ask(service: Service): void {
    this.dispatchEvent(wish(service));
  }
}
