import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { ENDINGS, PHASES } from "../parts/texts";
import { stepKey } from "./batch";
import { batches, services, type Batch } from "./batches";
import { hashOf } from "./place";
import type { Gap, Line, Step, Way } from "./shapes";
import { moment, span } from "./spans";
import { WORDS } from "./words";

import "./batch";

export const DOWNLOAD = "cb-download";

/** A pause from which on it is made visible. */
const SILENCE = 1000;

/** The whole way of a contact, from the first frame to the last page, over everyone who had a part in it. */
@customElement("cb-way")
export class WayElement extends LitElement {
  static override styles = [
    look,
    css`
      h2 {
        overflow-wrap: anywhere;
        font-size: 1.2rem;
      }

      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.15rem 0.75rem;
      }

      dt {
        color: var(--faint);
      }

      dd {
        overflow-wrap: anywhere;
      }

      @container (width < 16rem) {
        dl {
          grid-template-columns: minmax(0, 1fr);
          gap: 0;
        }
      }

      ol {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.35rem;
      }

      .pause {
        padding: 0.1rem 0 0.1rem 1.4rem;
        border-left: 2px dotted var(--edge);
        margin-left: 1px;
        color: var(--faint);
        font-size: 0.8rem;
      }

      .gap {
        margin-bottom: 0.35rem;
        padding: 0.4rem 0.6rem;
        border: 1px dashed var(--warn);
        overflow-wrap: anywhere;
        border-radius: 6px;
        background: color-mix(in srgb, var(--warn) 12%, var(--card));
      }

      .gapped {
        margin-left: 0.5rem;
      }

      [aria-current="true"] {
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) way!: Way;

  protected override render(): TemplateResult {
    const { way } = this;
    const unseen = way.steps.filter((step) => !step.seen).length;
    return html`<section class="stack" aria-labelledby="heading">
      <div class="card stack">
        <div class="row spread">
          <h2 id="heading" tabindex="-1">${this.who()}</h2>
          ${control({ label: WORDS.download, refused: "", press: () => this.dispatchEvent(new CustomEvent(DOWNLOAD, { bubbles: true, composed: true })) })}
        </div>
        ${this.facts()}
        ${way.unseen > 0 ? html`<p class="small faint">${WORDS.unseen(way.unseen)}</p>` : nothing}
        ${way.recorded === 0
          ? html`<p class="small faint">${WORDS.off}</p>`
          : unseen > 0
            ? html`<p class="small faint">${WORDS.unseenSteps(unseen)}</p>`
            : nothing}
      </div>
      <ol aria-label=${WORDS.steps}>
        ${repeat(
          batches(way.steps),
          ({ steps }) => (steps[0] === undefined ? "" : stepKey(steps[0])),
          (batch) => this.row(batch),
        )}
      </ol>
    </section>`;
  }

  private who(): string {
    const customer = this.way.lines.find((line) => line.customer !== null)?.customer;
    return customer?.name || customer?.number || WORDS.unknownCaller;
  }

  private facts(): TemplateResult {
    const { lines, thread, contact } = this.way;
    const began = Math.min(...lines.map((line) => line.created));
    const ended = lines.some((line) => line.phase !== "closed") ? 0 : Math.max(...lines.map((line) => line.since));
    return html`<dl class="small">
      <dt>${WORDS.started}</dt>
      <dd class="number">${moment(began)}, ${ended > 0 ? `${WORDS.lasted} ${span(ended - began)}` : WORDS.runs}</dd>
      <dt>${WORDS.thread}</dt>
      <dd><code>${thread || contact}</code></dd>
      <dt>${WORDS.parts}</dt>
      <dd>
        <ul>
          ${lines.map((line) => this.portion(line))}
        </ul>
      </dd>
    </dl>`;
  }

  private portion(line: Line): TemplateResult {
    const { subject, contact, name, phase, ended_by } = line;
    const here = contact === this.way.contact && subject === this.way.subject;
    return html`<li>
      <a href=${hashOf({ view: "contacts", subject, contact })} aria-current=${here ? "true" : "false"}>${name}</a>
      <span class="faint">${ended_by === null ? PHASES[phase] : ENDINGS[ended_by]}</span> <code class="faint">${contact}</code>
    </li>`;
  }

  private row(batch: Batch): TemplateResult | typeof nothing {
    const [first] = batch.steps;
    if (first === undefined) return nothing;
    const { lines, steps, gaps } = this.way;
    const within = gaps.some(({ subject, since, until }) => subject === first.subject && first.at > since && (until === 0 || first.at < until));
    return html`${first.gap >= SILENCE ? html`<li class="pause number">${WORDS.silence(span(first.gap))}</li>` : nothing}
      <li class=${within ? "gapped" : ""}>
        ${this.lost(first)}
        <cb-batch .batch=${batch} .contacts=${lines.map((line) => line.contact)} .services=${services(steps)} .names=${this.names()}></cb-batch>
      </li>`;
  }

  /** Each gap once, however many it befell. */
  private lost(step: Step): TemplateResult | typeof nothing {
    if (step.event?.type !== "LinkDown") return nothing;
    const gap = this.way.gaps.find(({ link, since }) => link === step.event?.link && since === step.at);
    return gap?.subject === step.subject ? lost(gap) : nothing;
  }

  private names(): ReadonlyMap<string, string> {
    const names = new Map(this.way.lines.map((line) => [line.subject, line.name]));
    return names.size > 1 ? names : new Map();
  }
}

function lost({ link, cause, since, until }: Gap): TemplateResult {
  return html`<p class="gap">
    ${WORDS.gapBegins(link, cause)}, <strong>${until > 0 ? WORDS.gapLasts(span(until - since)) : WORDS.gapNow}</strong>
  </p>`;
}
