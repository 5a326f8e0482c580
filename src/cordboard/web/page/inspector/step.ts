import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { look } from "../parts/look";
import type { Errand, Frame, Step } from "./shapes";
import { moment, size, span } from "./spans";
import { outcomeText, sourceText, told, tone } from "./telling";
import { WORDS } from "./words";

/** One step of a way: what happened, what led to it, when it got where and who was told. */
@customElement("cb-step")
export class StepElement extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        display: block;
        padding: 0.45rem 0.6rem;
        border: 1px solid var(--line);
        border-left: 4px solid var(--edge);
        border-radius: 6px;
        background: var(--card);
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
      }

      .head time {
        margin-left: auto;
        color: var(--faint);
        font-size: 0.8rem;
      }

      .what {
        overflow-wrap: anywhere;
      }

      .bad {
        color: var(--bad);
      }

      .way {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.5rem;
        margin-top: 0.15rem;
        color: var(--faint);
        font-size: 0.8rem;
        overflow-wrap: anywhere;
      }

      .way > * + *::before {
        content: "→ ";
      }

      details {
        margin-top: 0.15rem;
        font-size: 0.8rem;
      }

      summary {
        width: fit-content;
        color: var(--accent);
        cursor: pointer;
      }

      pre {
        max-height: 20rem;
        margin: 0.3rem 0 0;
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
      </div>
      ${errand === null ? this.way() : this.errand(errand)} ${this.raw()}`;
  }

  /** From the frame over the disk to the pages. */
  private way(): TemplateResult | typeof nothing {
    const { frame, origin, appended, on_disk, shown, seen } = this.step;
    if (!seen) return origin === "" ? nothing : html`<div class="way"><span>${WORDS.origin(origin)}</span></div>`;
    return html`<div class="way">
      ${frame === null ? nothing : html`<span>${sourceText(frame)}${frame.led > 1 ? html` (${WORDS.led(frame.led)})` : nothing}</span>`}
      ${origin === "" ? nothing : html`<span>${WORDS.origin(origin)}</span>`}
      ${appended > 0 ? html`<span>${WORDS.onDisk(span(on_disk - appended))}</span>` : nothing}
      <span>${WORDS.shown(span(shown - on_disk))}</span>
      ${this.pages()}
    </div>`;
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
      <div class="way">
        <span>${WORDS.asked(errand.by || "?")}</span>
        ${passed}${this.step.seq === 0 ? html`<span>${WORDS.neverLogged}</span>` : this.pages()}
      </div>`;
  }

  private raw(): TemplateResult {
    const { event, errand, frame } = this.step;
    return html`<details>
      <summary>${WORDS.raw}</summary>
      ${this.text(WORDS.rawEvent, JSON.stringify(event ?? errand, null, 2))}
      ${frame === null || frame.size === 0 ? nothing : this.frame(frame)}
    </details>`;
  }

  private frame(frame: Frame): TemplateResult {
    if (frame.text === "") return html`<p class="faint">${WORDS.rawFrame}: ${WORDS.withheld(size(frame.size))}</p>`;
    const heading = frame.whole ? WORDS.rawFrame : `${WORDS.rawFrame}, ${WORDS.cutOff(size(frame.size))}`;
    return this.text(heading, pretty(frame.text));
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
