import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { look } from "../parts/look";
import { BRIEF_STATES, causeText, MEDIA, STATES, TEXTS } from "../parts/texts";
import type { AgentProfile } from "../wire/model";
import type { FullAgentState } from "./reading";
import { allChoices, reasonLabel } from "./state-choices";
import { tones } from "./tones";
import { wish } from "./wishes";

import "../parts/menu";
import "../parts/since";

/** The agent's state on a medium beside the main one: a button that says it, with the list of what it can be changed to. */
@customElement("cb-medium-state")
export class MediumState extends LitElement {
  static override styles = [
    look,
    tones,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.1rem 0.6rem;
      }
    `,
  ];

  @property({ attribute: false }) state!: FullAgentState;
  @property({ attribute: false }) profile: AgentProfile | undefined;
  @property({ attribute: false }) clock!: { now(): number };
  @property() refused = "";
  /** In as little room as it takes: the button alone, and what is not said by it. */
  @property({ type: Boolean }) brief = false;

  protected override render(): TemplateResult {
    const { state: now } = this;
    const choices = allChoices(this.profile, now.medium, now.state);
    const medium = MEDIA[now.medium];
    const next = this.next();
    const word = now.state === "not_ready" && now.reason != null ? reasonLabel(now.reason) : (this.brief ? BRIEF_STATES : STATES)[now.state];
    const label = `${medium}: ${word}${this.brief && next !== "" ? ` → ${next}` : ""}`;
    const chosen = (event: CustomEvent<string>): void => {
      const choice = choices.find((item) => item.value === event.detail);
      if (choice !== undefined) this.dispatchEvent(wish(choice.service));
    };
    return html`<div class=${now.state}>
      <cb-menu
        toned
        label=${label}
        name=${`${label}. ${TEXTS.changeState}`}
        heading=${`${medium}: ${TEXTS.changeState}`}
        refused=${this.refused}
        .choices=${choices}
        @cb-chosen=${chosen}
      ></cb-menu>
      ${this.brief || now.state === "null"
        ? nothing
        : html`<cb-since class="small faint" .at=${now.since} .clock=${this.clock} .limit=${now.reason?.limit ?? 0}></cb-since>`}
      ${this.brief || next === "" ? nothing : html`<span class="small faint">${TEXTS.afterwards(next)}</span>`}
      ${now.fault === "" ? nothing : html`<span class="small faint">${TEXTS.heldBack(causeText(now.fault))}</span>`}
    </div>`;
  }

  /** What is to follow; empty for what goes without saying. */
  private next(): string {
    const asked = this.state.pending ?? this.state.chosen;
    if (asked == null || (asked.state === "ready" && asked.reason === undefined)) return "";
    return asked.reason === undefined ? STATES[asked.state] : reasonLabel(asked.reason);
  }
}
