import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import type { Choice } from "../parts/menu";
import { MEDIA, STATES, TEXTS } from "../parts/texts";
import type { ServerClock } from "../wire/clock";
import { DEFAULTS, type AgentProfile, type Availability, type Reason, type ReasonKind } from "../wire/model";
import type { FullAgentState } from "./reading";
import { wish } from "./wishes";

import "../parts/menu";
import "../parts/since";

/** The agent's state in letters that one reads at arm's length, and what it can be changed to. */
@customElement("cb-agent-state")
export class AgentStateCard extends LitElement {
  static override styles = [
    look,
    css`
      .state {
        display: flex;
        align-items: baseline;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        padding-left: 0.9rem;
        border-left: 0.4rem solid var(--tone);
      }

      .word {
        color: var(--tone);
        font-size: clamp(1.6rem, 7vw, 2.1rem);
        font-weight: 650;
        line-height: 1.2;
      }

      .time {
        font-size: 1.25rem;
      }

      .why {
        flex-basis: 100%;
      }

      .null,
      .not_ready {
        --tone: var(--faint);
      }

      .ready {
        --tone: var(--good);
      }

      .busy {
        --tone: var(--accent);
      }

      .working_after_call {
        --tone: var(--warn);
      }
    `,
  ];

  @property({ attribute: false }) states: readonly FullAgentState[] = [];
  @property({ attribute: false }) profile: AgentProfile | undefined;
  @property({ attribute: false }) clock!: ServerClock;
  /** Why no state can be asked for; empty if one can. */
  @property() refused = "";

  protected override render(): TemplateResult {
    const [first, ...others] = this.states;
    const now = first ?? ({ ...DEFAULTS.AgentState, link: "" } satisfies FullAgentState);
    return html`<section class="card stack" aria-label=${TEXTS.state}>
      ${this.shown(now)} ${now.state === "null" ? this.loggedOff() : this.loggedOn(now)}
      ${others.map(
        (other) => html`<p class="small faint">
          ${MEDIA[other.medium]} (${other.link}): ${STATES[other.state]} <cb-since .at=${other.since} .clock=${this.clock}></cb-since>
        </p>`,
      )}
    </section>`;
  }

  private shown(now: FullAgentState): TemplateResult {
    const next = now.pending ?? now.chosen;
    return html`<div class="state ${now.state}">
      <span class="word">${STATES[now.state]}</span>
      <cb-since class="time faint" .at=${now.since} .clock=${this.clock}></cb-since>
      ${now.reason == null ? nothing : html`<span class="why">${reasonLabel(now.reason)}</span>`}
      ${now.fault === "" ? nothing : html`<span class="why faint small">${TEXTS.heldBack(now.fault)}</span>`}
      ${next === undefined
        ? nothing
        : html`<span class="why faint">
            ${TEXTS.afterwards(next.reason === undefined ? STATES[next.state] : `${STATES[next.state]}, ${reasonLabel(next.reason)}`)}
          </span>`}
    </div>`;
  }

  private loggedOff(): TemplateResult {
    return html`<div class="row">
      ${control({ label: TEXTS.logOn, refused: this.refused, look: "main", press: () => this.ask("not_ready") })}
    </div>`;
  }

  private loggedOn(now: FullAgentState): TemplateResult {
    return html`<div class="row">
      ${control({
        label: TEXTS.ready,
        refused: this.refused,
        look: now.state === "not_ready" ? "main" : "",
        pressed: now.state === "ready",
        press: () => this.ask("ready"),
      })}
      ${this.menu(TEXTS.notReady, "not_ready", "not_ready")} ${this.menu(TEXTS.logOff, "logout", "null")}
    </div>`;
  }

  private menu(label: string, kind: ReasonKind, state: Availability): TemplateResult {
    const listed: Choice[] = (this.profile?.reasons ?? [])
      .filter((reason) => (reason.kind ?? DEFAULTS.Reason.kind) === kind)
      .map((reason) => ({ value: reason.code, label: reasonLabel(reason) }));
    const choices = listed.length > 0 ? listed : [{ value: "", label }];
    return html`<cb-menu
      label=${label}
      heading=${TEXTS.chooseReason}
      refused=${this.refused}
      .choices=${choices}
      @cb-chosen=${(event: CustomEvent<string>) => this.ask(state, event.detail)}
    ></cb-menu>`;
  }

  private ask(state: Availability, reason = ""): void {
    this.dispatchEvent(wish(reason === "" ? { service: "SetAgentState", state } : { service: "SetAgentState", state, reason }));
  }
}

function reasonLabel(reason: Reason): string {
  return reason.label || reason.code;
}
