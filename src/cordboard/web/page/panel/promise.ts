import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import { TEXTS } from "../parts/texts";
import type { FullContact } from "./reading";
import { wish } from "./wishes";

const HOUR = 60 * 60 * 1000;

/** Promises the customer of a contact a call later: when, by whom, and what about. */
@customElement("cb-promise")
export class Promised extends LitElement {
  static override styles = [
    look,
    css`
      summary {
        cursor: pointer;
      }

      .stack {
        margin-top: 0.35rem;
      }
    `,
  ];

  @property({ attribute: false }) contact!: FullContact;
  @property({ attribute: false }) clock!: { now(): number };
  /** Why no call can be promised; empty if one can. */
  @property() refused = "";
  @state() private open = false;
  /** What is suggested when it is opened; what is typed then stays. */
  private suggested = "";
  @query("#due") private due!: HTMLInputElement;
  @query("#about") private about!: HTMLInputElement;
  @query("#by") private by!: HTMLSelectElement | null;

  protected override render(): TemplateResult {
    return html`<details ?open=${this.open} @toggle=${this.toggled}>
      <summary class="small">${TEXTS.callBackLater}</summary>
      ${this.open ? this.form() : nothing}
    </details>`;
  }

  private form(): TemplateResult {
    const { queue, text } = this.contact;
    return html`<div class="stack small">
      <label>${TEXTS.callbackDue}<input id="due" type="datetime-local" required .value=${this.suggested} /></label>
      ${queue == null
        ? nothing
        : html`<label>
            ${TEXTS.callbackBy}
            <select id="by">
              <option value="">${TEXTS.callbackByMe}</option>
              <option value=${queue.id}>${queue.name || queue.id}</option>
            </select>
          </label>`}
      <label>${TEXTS.callbackAbout}<input id="about" autocomplete="off" maxlength="500" .value=${text} /></label>
      <div class="row">${control({ label: TEXTS.promise, refused: this.refused, press: () => this.ask() })}</div>
    </div>`;
  }

  private toggled(event: Event): void {
    this.open = (event.target as HTMLDetailsElement).open;
    if (this.open) this.suggested = local(this.clock.now() + HOUR);
  }

  private ask(): void {
    const due = new Date(this.due.value).getTime();
    if (Number.isNaN(due)) return this.due.focus();
    const text = this.about.value.trim();
    const queue = this.by?.value ?? "";
    this.dispatchEvent(
      wish({ service: "ScheduleCallback", contact: this.contact.id, due, ...(queue === "" ? {} : { queue }), ...(text === "" ? {} : { text }) }),
    );
    this.open = false;
  }
}

/** A moment as a field for local times has it, to the minute. */
function local(at: number): string {
  const moment = new Date(at);
  return new Date(at - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
