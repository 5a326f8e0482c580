import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import type { Menu } from "../parts/menu";
import { causeText, MEDIA, STATES, TEXTS } from "../parts/texts";
import { DEFAULTS, type AgentProfile, type Availability, type Medium, type PendingState, type ReasonKind } from "../wire/model";
import { byMedium, type FullAgentState } from "./reading";
import { allChoices, reasonLabel, settingState, stateChoices, type StateChoice } from "./state-choices";
import { tones } from "./tones";
import { wish } from "./wishes";

import "../parts/menu";
import "../parts/since";
import "./medium-state";

/** The agent's state in letters that one reads at arm's length, and what it can be changed to. */
@customElement("cb-agent-state")
export class AgentStateCard extends LitElement {
  static override styles = [
    look,
    tones,
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

      .media {
        display: flex;
        flex-wrap: wrap;
        gap: 0.35rem 0.75rem;
      }

      @container (width < 37.5rem) {
        .media {
          gap: 0.3rem;
        }

        .state {
          gap: 0 0.5rem;
          padding-left: 0.5rem;
          border-left-width: 0.25rem;
        }

        .time {
          font-size: 1em;
        }
      }

      @container (width < 221px) {
        .state {
          padding-left: 0.35rem;
        }

        .word {
          font-size: 0.95rem;
        }

        .brief {
          gap: 0.25rem;
        }

        /* In the longest of the languages two fit beside each other just so. */
        .media {
          gap: 0.2rem;
          margin-inline-end: -0.4rem;
        }
      }

      .tag {
        padding: 0 0.4em;
        border: 1px solid var(--line);
        border-radius: 1em;
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
    const { own, rest } = byMedium(this.states);
    const [first, ...media] = own;
    const now = first ?? ({ ...DEFAULTS.AgentState, link: "" } satisfies FullAgentState);
    return html`<section class="card stack" aria-label=${TEXTS.state}>
      ${this.brief && now.state !== "null"
        ? html`<div class="brief">${this.shown(now)} ${this.change(now)}</div>`
        : html`${this.shown(now)} ${now.state === "null" ? this.loggedOff(now.medium) : this.loggedOn(now)}`}
      ${media.length === 0 ? nothing : html`<div class="media">${media.map((state) => this.beside(state))}</div>`}
      ${rest.map(
        (other) => html`<p class="small faint">
          ${MEDIA[other.medium]} (${other.link}): ${STATES[other.state]} <cb-since .at=${other.since} .clock=${this.clock}></cb-since>
        </p>`,
      )}
    </section>`;
  }

  private beside(state: FullAgentState): TemplateResult {
    return html`<cb-medium-state
      .state=${state}
      .profile=${this.profile}
      .clock=${this.clock}
      refused=${this.refused}
      ?brief=${this.brief}
    ></cb-medium-state>`;
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
            ${TEXTS.afterwards(this.following(next))}
          </span>`}
    </div>`;
  }

  private following({ state, reason }: PendingState): string {
    if (reason == null) return STATES[state];
    return this.brief && state === "not_ready" ? reasonLabel(reason) : `${STATES[state]}, ${reasonLabel(reason)}`;
  }

  private loggedOff(medium: Medium): TemplateResult {
    return html`<div class="row">
      ${control({ label: TEXTS.logOn, refused: this.refused, look: "main", press: () => this.ask(medium, "not_ready") })}
    </div>`;
  }

  private loggedOn(now: FullAgentState): TemplateResult {
    return html`<div class="row">
      ${this.ready(now, now.state === "not_ready" ? "main" : "")}
      ${this.menu("not-ready", now, TEXTS.notReady, "not_ready", "not_ready")} ${this.menu("log-off", now, TEXTS.logOff, "logout", "null")}
    </div>`;
  }

  private change(now: FullAgentState): TemplateResult {
    const choices = allChoices(this.profile, now.medium, now.state);
    return html`<div class="row">
      ${now.state === "not_ready" ? this.ready(now, "main") : nothing}
      <cb-menu
        wide
        label="▾"
        name=${TEXTS.changeState}
        heading=${TEXTS.changeState}
        refused=${this.refused}
        .choices=${choices}
        @cb-chosen=${this.chosen(choices)}
      ></cb-menu>
    </div>`;
  }

  private ready(now: FullAgentState, look: "main" | ""): TemplateResult {
    return control({
      label: TEXTS.ready,
      refused: this.refused,
      look,
      pressed: now.state === "ready",
      press: () => this.ask(now.medium, "ready"),
    });
  }

  private menu(id: string, now: FullAgentState, label: string, kind: ReasonKind, state: Availability): TemplateResult {
    const choices = stateChoices(this.profile, now.medium, { kind, state, label, named: false });
    return html`<cb-menu
      id=${id}
      label=${label}
      heading=${TEXTS.chooseReason}
      refused=${this.refused}
      .choices=${choices}
      @cb-chosen=${this.chosen(choices)}
    ></cb-menu>`;
  }

  private chosen(choices: readonly StateChoice[]): (event: CustomEvent<string>) => void {
    return ({ detail }) => {
      const choice = choices.find((item) => item.value === detail);
      if (choice !== undefined) this.dispatchEvent(wish(choice.service));
    };
  }

  private ask(medium: Medium, state: Availability): void {
    this.dispatchEvent(wish(settingState(medium, state)));
  }
}
