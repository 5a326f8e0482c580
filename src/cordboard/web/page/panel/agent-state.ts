import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { control } from "../parts/control";
import { duration } from "../parts/duration";
import { look } from "../parts/look";
import type { Choice, Menu } from "../parts/menu";
import { causeText, MEDIA, STATES, TEXTS } from "../parts/texts";
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
        padding-left: 0.75rem;
        border-left: 0.4rem solid var(--tone);
      }

      .word {
        color: var(--tone);
        font-size: clamp(1.25rem, 7cqi, 2.1rem);
        font-weight: 650;
        line-height: 1.2;
      }

      .time {
        font-size: 1.2em;
      }

      .why {
        flex-basis: 100%;
      }

      .tag {
        padding: 0 0.4em;
        border: 1px solid var(--line);
        border-radius: 1em;
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
  @property({ attribute: false }) clock!: { now(): number };
  /** Why no state can be asked for; empty if one can. */
  @property() refused = "";
  @query("#not-ready") private reasons!: Menu | null;

  /** Opens the list of reasons for not being ready. */
  openReasons(): void {
    this.reasons?.press();
  }

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
    const { reason } = now;
    return html`<div class="state ${now.state}">
      <span class="word">${STATES[now.state]}</span>
      <cb-since class="time faint" .at=${now.since} .clock=${this.clock} .limit=${reason?.limit ?? 0}></cb-since>
      ${reason == null
        ? nothing
        : html`<span class="why">${reasonLabel(reason)} ${reason.productive ? html`<span class="tag small faint">${TEXTS.productive}</span>` : nothing}</span>`}
      ${now.fault === "" ? nothing : html`<span class="why faint small">${TEXTS.heldBack(causeText(now.fault))}</span>`}
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
      ${this.menu("not-ready", TEXTS.notReady, "not_ready", "not_ready")} ${this.menu("log-off", TEXTS.logOff, "logout", "null")}
    </div>`;
  }

  private menu(id: string, label: string, kind: ReasonKind, state: Availability): TemplateResult {
    const listed: Choice[] = (this.profile?.reasons ?? [])
      .filter((reason) => (reason.kind ?? DEFAULTS.Reason.kind) === kind)
      .map((reason) => ({ value: reason.code, label: reasonLabel(reason), note: reasonNote(reason) }));
    const choices = listed.length > 0 ? listed : [{ value: "", label }];
    return html`<cb-menu
      id=${id}
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

function reasonNote(reason: Reason): string {
  const notes = [reason.limit ? TEXTS.limit(duration(reason.limit * 1000)) : "", reason.productive ? TEXTS.productive : ""];
  return notes.filter((text) => text !== "").join(" · ");
}
