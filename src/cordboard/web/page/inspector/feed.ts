import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { look } from "../parts/look";
import { stepKey } from "./batch";
import { batches, services } from "./batches";
import type { Step } from "./shapes";
import { WORDS } from "./words";

import "./batch";

/** Steps as they come, the newest first. */
@customElement("cb-feed")
export class Feed extends LitElement {
  static override styles = [
    look,
    css`
      ol {
        display: grid;
        gap: 0.35rem;
      }
    `,
  ];

  @property({ attribute: false }) steps: readonly Step[] | undefined;
  @property({ type: Boolean }) off = false;
  @property() empty = "";

  protected override render(): TemplateResult | typeof nothing {
    if (this.steps === undefined) return nothing;
    return html`<div class="stack">
      ${this.off ? html`<p class="small faint">${WORDS.off}</p>` : nothing}
      ${this.steps.length === 0 ? html`<p class="faint" role="status">${this.empty}</p>` : html`<p class="small faint">${WORDS.newestFirst}</p>`}
      <ol aria-label=${WORDS.steps} ?hidden=${this.steps.length === 0}>
        ${repeat(
          batches(this.steps),
          ({ steps }) => (steps[0] === undefined ? "" : stepKey(steps[0])),
          (batch) => html`<li><cb-batch .batch=${batch} .services=${services(this.steps ?? [])}></cb-batch></li>`,
        )}
      </ol>
    </div>`;
  }
}
