import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { numeral, percent } from "../parts/format";
import { look } from "../parts/look";
import { MEDIA, STATES, TEXTS } from "../parts/texts";
import type { Board as Figures, Counted, Gauges, Member } from "./boards";
import { byMedium, fullState } from "./reading";

import "../parts/since";

/** How it goes in the agent's queues and team: who waits, who is free, and, where one may see it, what each colleague does. */
@customElement("cb-board")
export class Board extends LitElement {
  static override styles = [
    look,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 0.75rem;
        padding: 0.35rem 0;
        border-top: 1px solid var(--line);
        overflow-wrap: anywhere;
      }

      li:first-child {
        border-top: 0;
      }

      li p {
        grid-column: 1 / -1;
      }

      .some {
        font-weight: 650;
      }

      .null,
      .not_ready {
        color: var(--faint);
      }

      .ready {
        color: var(--good);
      }

      .busy {
        color: var(--accent);
      }

      .working_after_call {
        color: var(--warn);
      }
    `,
  ];

  @property({ attribute: false }) board!: Figures;
  @property({ attribute: false }) clock!: { now(): number };

  protected override render(): TemplateResult {
    const { queues, team, members } = this.board;
    return html`<div class="stack">
      <section aria-labelledby="queues">
        <h2 id="queues">${TEXTS.queues}</h2>
        ${queues.length === 0
          ? html`<p class="faint">${TEXTS.noQueues}</p>`
          : html`<ul>
              ${queues.map((queue) => this.queue(queue))}
            </ul>`}
      </section>
      ${team === undefined
        ? nothing
        : html`<section aria-labelledby="team">
            <h2 id="team">${TEXTS.team(team.name)}</h2>
            <p class="small faint">${counts(team.gauges).join(" · ")}</p>
            <ul>
              ${members.map((member) => this.member(member))}
            </ul>
          </section>`}
    </div>`;
  }

  private queue({ name, gauges }: Counted): TemplateResult {
    const waiting = gauges["calls-waiting"];
    const since = gauges["longest-waiting-since"] ?? 0;
    const level = gauges["service-level"];
    const promised = gauges["callbacks-waiting"] ?? 0;
    const facts = [
      ...(promised > 0 ? [TEXTS.callbacksWaiting(numeral(promised))] : []),
      ...counts(gauges),
      ...(level === undefined ? [] : [TEXTS.inTime(percent(level / 100))]),
    ];
    return html`<li>
      <span>${name}</span>
      ${waiting === undefined
        ? html`<span class="small faint">${TEXTS.notCounted}</span>`
        : html`<span class="number ${waiting > 0 ? "some" : "faint"}">${TEXTS.waiting(numeral(waiting))}</span>`}
      <p class="small faint">
        ${since > 0 ? html`${TEXTS.longestWait} <cb-since .at=${since} .clock=${this.clock}></cb-since>${facts.length > 0 ? " · " : ""}` : nothing}${facts.join(" · ")}
      </p>
    </li>`;
  }

  private member({ name, states }: Member): TemplateResult {
    const [first, ...others] = byMedium(states.map(fullState)).own;
    const also = others.filter(({ state }) => state !== "null").map(({ medium, state }) => `${MEDIA[medium]}: ${STATES[state]}`);
    return html`<li>
      <span>${name}</span>
      ${first === undefined
        ? nothing
        : html`<span class="small ${first.state}">
            ${first.reason == null ? STATES[first.state] : first.reason.label || first.reason.code}
            <cb-since class="faint" .at=${first.since} .clock=${this.clock}></cb-since>
          </span>`}
      ${also.length === 0 ? nothing : html`<p class="small faint">${also.join(" · ")}</p>`}
    </li>`;
  }
}

/** How many agents are in each state, as far as it is counted. Zeros are left out, but for who is ready. */
function counts(gauges: Gauges): string[] {
  const told = [
    ["agents-ready", TEXTS.readyCount],
    ["agents-busy", TEXTS.busyCount],
    ["agents-wrap-up", TEXTS.wrapUpCount],
    ["agents-not-ready", TEXTS.notReadyCount],
  ] as const;
  return told.flatMap(([name, text]) => {
    const count = gauges[name];
    return count === undefined || (count === 0 && name !== "agents-ready") ? [] : [text(numeral(count))];
  });
}
