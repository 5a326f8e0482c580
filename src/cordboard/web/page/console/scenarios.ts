import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { look } from "../parts/look";
import { play } from "./acts";
import type { Progress, Scenario } from "./floor";
import { WORDS } from "./words";

/** Plays one of the scenarios and shows what came of it. */
@customElement("cb-scenarios")
export class Scenarios extends LitElement {
  static override styles = [
    look,
    css`
      .good {
        color: var(--good);
      }

      .bad {
        color: var(--bad);
      }

      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) scenarios: readonly Scenario[] = [];
  @property({ attribute: false }) progress: Progress | undefined;
  @state() private chosen = "";
  @query("select") private field!: HTMLSelectElement;

  protected override render(): TemplateResult {
    const { progress } = this;
    const about = this.scenarios.find((scenario) => scenario.name === (this.chosen || this.scenarios[0]?.name))?.about ?? "";
    return html`<section class="card" aria-labelledby="heading">
      <form class="stack" @submit=${this.submitted}>
        <h2 id="heading">${WORDS.scenarios}</h2>
        <select aria-label=${WORDS.scenarios} @change=${() => void (this.chosen = this.field.value)}>
          ${this.scenarios.map((scenario) => html`<option ?disabled=${scenario.why} title=${scenario.why ?? ""}>${scenario.name}</option>`)}
        </select>
        <p class="small faint">${about}</p>
        <div class="row">
          <button aria-disabled=${progress?.over === false ? "true" : "false"}>${WORDS.play}</button>
          <span role="status">${progress === undefined ? nothing : verdict(progress)}</span>
        </div>
        ${(progress?.failures ?? []).map(
          (failure) => html`<p class="small">
            ${WORDS.step(failure.step)} <code>${failure.where}</code>: ${WORDS.expected(JSON.stringify(failure.expected), JSON.stringify(failure.actual))}
          </p>`,
        )}
      </form>
    </section>`;
  }

  private submitted(event: Event): void {
    event.preventDefault();
    if (this.progress?.over !== false) this.dispatchEvent(play(this.field.value));
  }
}

function verdict({ name, step, steps, over, failures }: Progress): TemplateResult {
  if (failures.length > 0) return html`<span class="bad">${name}: ${WORDS.failed(failures.length)}</span>`;
  return over ? html`<span class="good">${name}: ${WORDS.passed}</span>` : html`${name}: ${WORDS.playing(step, steps)}`;
}
