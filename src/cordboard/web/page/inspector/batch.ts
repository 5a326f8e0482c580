import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { look } from "../parts/look";
import type { Batch } from "./batches";
import { passage } from "./passage";
import type { Step } from "./shapes";
import { span } from "./spans";
import { sourceText } from "./telling";
import { WORDS } from "./words";

import "./step";

/** What one frame, timer or command led to: where it came from, how long it took to the disk and to the pages, and the entries. */
@customElement("cb-batch")
export class BatchElement extends LitElement {
  static override styles = [
    look,
    passage,
    css`
      .box {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.35rem;
        padding: 0.45rem 0.6rem;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--card);
      }
    `,
  ];

  @property({ attribute: false }) batch!: Batch;
  @property({ attribute: false }) contacts: readonly string[] = [];
  @property({ attribute: false }) services: ReadonlyMap<string, string> = new Map();
  /** By subject; empty where there is one only. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();

  protected override render(): TemplateResult {
    return html`<div class="box">
      ${this.source()}
      ${repeat(
        this.batch.steps,
        stepKey,
        (step) => html`<cb-step .step=${step} .contacts=${this.contacts} .who=${this.names.get(step.subject) ?? ""}></cb-step>`,
      )}
    </div>`;
  }

  private source(): TemplateResult | typeof nothing {
    const { frame, steps } = this.batch;
    const [first] = steps;
    if (frame === null || first === undefined) return nothing;
    const { appended, on_disk, shown } = first;
    return html`<div class="passage">
      <span>${sourceText(frame, this.services)}${frame.led > steps.length ? html` (${WORDS.led(frame.led)})` : nothing}</span>
      ${appended > 0 && on_disk > 0 ? html`<span>${WORDS.onDisk(span(on_disk - appended))}</span>` : nothing}
      ${on_disk > 0 ? html`<span>${WORDS.shown(span(shown - on_disk))}</span>` : nothing}
    </div>`;
  }
}

/** Tells a step from all others. */
export function stepKey({ subject, seq, at, errand }: Step): string {
  return seq > 0 ? `${subject}#${seq}` : `${subject}@${at}/${errand?.id ?? ""}`;
}
