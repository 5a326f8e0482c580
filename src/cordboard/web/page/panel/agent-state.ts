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
        font-size: clamp(1rem, 6.4cqi, 1.9rem);
        font-weight: 650;
        line-height: 1.2;
      }

      .time {
        font-size: 1.2em;
      }

      .why {
        flex-basis: 100%;
      }

      section {
        position: relative;
      }

      /* One line for the state and one button for all that it can become; the list spans the card. */
      .brief {
        display: flex;
        flex-wrap: wrap;
        align-items: start;
        justify-content: space-between;
        gap: 0.35rem;
      }

      .brief .state {
        flex: 1 1 6em;
        min-width: min-content;
      }

      .brief .row {
        flex-wrap: nowrap;
      }

      .brief cb-menu {
        position: static;
      }

      @container (width < 37.5rem) {
        .state {
          gap: 0 0.5rem;
          padding-left: 0.5rem;
          border-left-width: 0.25rem;
        }

        .time {
          font-size: 1em;
        }
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

  /** In as little room as it takes: what it can be changed to is one list. */
  @property({ type: Boolean }) brief = false;
  @query("cb-menu") private first!: Menu | null;

  /** Opens the list of reasons for not being ready. */
  openReasons(): void {
    (this.reasons ?? this.first)?.press();
  }

  protected override render(): TemplateResult {
    const [first, ...others] = this.states;
    const now = first ?? ({ ...DEFAULTS.AgentState, link: "" } satisfies FullAgentState);
    const rest = others.map(
      (other) => html`<p class="small faint">
        ${MEDIA[other.medium]} (${other.link}): ${STATES[other.state]} <cb-since .at=${other.since} .clock=${this.clock}></cb-since>
      </p>`,
    );
    return html`<section class="card stack" aria-label=${TEXTS.state}>
      ${this.brief && now.state !== "null"
        ? html`<div class="brief">${this.shown(now)} ${this.change(now)}</div>`
        : html`${this.shown(now)} ${now.state === "null" ? this.loggedOff() : this.loggedOn(now)}`}
      ${rest}
    </section>`;
  }

  private shown(now: FullAgentState): TemplateResult {
    const asked = now.pending ?? now.chosen;
    // In little room nothing is said that goes without saying.
    const next = this.brief && asked?.state === "ready" && asked.reason === undefined ? undefined : asked;
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

  private change(now: FullAgentState): TemplateResult {
    const all: readonly (Choice & { readonly ask: () => void })[] = [
      { value: "ready", label: TEXTS.ready, ask: () => this.ask("ready") },
      ...this.choices("not_ready", TEXTS.notReady, "not_ready"),
      ...this.choices("logout", TEXTS.logOff, "null"),
    ];
    const chosen = (event: CustomEvent<string>): void => all.find((choice) => choice.value === event.detail)?.ask();
    return html`<div class="row">
      ${now.state === "not_ready"
        ? control({ label: TEXTS.ready, refused: this.refused, look: "main", press: () => this.ask("ready") })
        : nothing}
      <cb-menu
        wide
        label="▾"
        name=${TEXTS.changeState}
        heading=${TEXTS.changeState}
        refused=${this.refused}
        .choices=${all}
        @cb-chosen=${chosen}
      ></cb-menu>
    </div>`;
  }

  private menu(id: string, label: string, kind: ReasonKind, state: Availability): TemplateResult {
    const choices = this.choices(kind, label, state);
    return html`<cb-menu
      id=${id}
      label=${label}
      heading=${TEXTS.chooseReason}
      refused=${this.refused}
      .choices=${choices}
      @cb-chosen=${(event: CustomEvent<string>) => choices.find((choice) => choice.value === event.detail)?.ask()}
    ></cb-menu>`;
  }

  /** One for each reason; one without a reason where there are none. */
  private choices(kind: ReasonKind, label: string, state: Availability): (Choice & { readonly ask: () => void })[] {
    const listed = (this.profile?.reasons ?? []).filter((reason) => (reason.kind ?? DEFAULTS.Reason.kind) === kind);
    if (listed.length === 0) return [{ value: state, label, ask: () => this.ask(state) }];
    return listed.map((reason) => ({
      value: `${state}/${reason.code}`,
      label: this.brief ? `${label}: ${reasonLabel(reason)}` : reasonLabel(reason),
      note: reasonNote(reason),
      ask: () => this.ask(state, reason.code),
    }));
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
