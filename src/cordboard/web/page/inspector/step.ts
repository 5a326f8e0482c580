import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { look } from "../parts/look";
import { passage } from "./passage";
import type { Errand, Step } from "./shapes";
import { moment, size, span } from "./spans";
import { outcomeText, told, tone } from "./telling";
import { WORDS } from "./words";

/** One step of a way: what happened, when, and which pages were told; of a command, when it got where. */
@customElement("cb-step")
export class StepElement extends LitElement {
  static override styles = [
    look,
    passage,
    css`
      :host {
        display: block;
        padding-left: 0.5rem;
        border-left: 3px solid var(--edge);
      }

      :host([tone="command"]) {
        border-left-color: var(--accent);
      }

      :host([tone="good"]) {
        border-left-color: var(--good);
      }

      :host([tone="warn"]) {
        border-left-color: var(--warn);
      }

      :host([tone="bad"]) {
        border-left-color: var(--bad);
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.6rem;
        overflow-wrap: anywhere;
      }

      .head > * {
        min-width: 0;
      }

      time {
        margin-left: auto;
        color: var(--faint);
        font-size: 0.8rem;
      }

      .what {
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .bad {
        color: var(--bad);
      }

      details {
        font-size: 0.8rem;
      }

      /* Little room: the time begins the line, and what opens stands at its end. */
      @container (width < 30rem) {
        time {
          margin-inline: 0 auto;
        }

        details {
          margin-inline-start: auto;
        }
      }

      details[open] {
        flex: 1 1 100%;
        min-width: 0;
      }

      summary {
        width: fit-content;
        margin-left: auto;
        color: var(--accent);
        cursor: pointer;
      }

      pre {
        max-height: 20rem;
        margin: 0.3rem 0;
        padding: 0.5rem;
        overflow: auto;
        border-radius: 6px;
        background: var(--sunk);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) step!: Step;
  /** Whose step it is, where there are several. */
  @property() who = "";
  @property({ attribute: false }) contacts: readonly string[] = [];

  override willUpdate(): void {
    this.setAttribute("tone", tone(this.step));
  }

  protected override render(): TemplateResult {
    const { event, errand, at, seq } = this.step;
    return html`<div class="head">
        <strong>${errand === null ? (event?.type ?? "") : errand.service}</strong>
        <span class="what ${tone(this.step) === "bad" ? "bad" : ""}"
          >${errand === null ? (event === null ? nothing : told(event, this.contacts)) : outcomeText(errand.outcome)}</span
        >
        ${this.who === "" ? nothing : html`<span class="small faint">${this.who}</span>`}
        <time class="number" datetime=${new Date(at).toISOString()}>${moment(at)}${seq > 0 ? ` #${seq}` : ""}</time>
        <details>
          <summary>${WORDS.raw}</summary>
          ${this.raw()}
        </details>
      </div>
      ${errand === null ? this.reached() : this.errand(errand)}`;
  }

  private reached(): TemplateResult | typeof nothing {
    const { origin, seen } = this.step;
    if (!seen && origin === "") return nothing;
    return html`<div class="passage">${origin === "" ? nothing : html`<span>${WORDS.origin(origin)}</span>`}${seen ? this.pages() : nothing}</div>`;
  }

  private pages(): TemplateResult | TemplateResult[] {
    const { told } = this.step;
    if (told.length === 0) return html`<span>${WORDS.nobodyTold}</span>`;
    return told.map(({ protocol, pages, bytes }) => html`<span>${WORDS.pages(protocol, pages, bytes === null ? "" : size(bytes))}</span>`);
  }

  /** From the page that asked to the link and back. */
  private errand(errand: Errand): TemplateResult {
    const stations: readonly (readonly [string, number])[] = [
      [WORDS.logged, errand.on_disk],
      [WORDS.given, errand.given],
      [WORDS.answered, errand.answered],
      [WORDS.settled, errand.settled],
    ];
    let before = errand.taken || this.step.at;
    const passed = stations.filter(([, at]) => at > 0).map(([name, at]) => {
      const after = span(at - before);
      before = at;
      return html`<span>${name} +${after}</span>`;
    });
    const message = errand.outcome?.outcome === "refused" ? (errand.outcome.message ?? "") : "";
    return html`${message === "" ? nothing : html`<p class="small">${message}</p>`}
      <div class="passage">
        <span>${WORDS.asked(errand.by || "?")}</span>
        ${passed}${this.step.seq === 0 ? html`<span>${WORDS.neverLogged}</span>` : this.pages()}
      </div>`;
  }

  private raw(): TemplateResult {
    const { event, errand, frame } = this.step;
    return html`${this.text(WORDS.rawEvent, JSON.stringify(event ?? errand, null, 2))}
    ${frame === null || frame.size === 0
      ? nothing
      : frame.text === ""
        ? html`<p class="faint">${WORDS.rawFrame}: ${WORDS.withheld(size(frame.size))}</p>`
        : this.text(frame.whole ? WORDS.rawFrame : `${WORDS.rawFrame}, ${WORDS.cutOff(size(frame.size))}`, pretty(frame.text))}`;
  }

  private text(heading: string, text: string): TemplateResult {
    return html`<p class="faint">${heading}</p>
      <pre tabindex="0" role="group" aria-label=${heading}>${text}</pre>`;
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
