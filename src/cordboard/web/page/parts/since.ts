import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { duration } from "./duration";
import { look } from "./look";
import { TEXTS } from "./texts";

/** The time since a moment of the server's clock, running; with `limit` (seconds) what it may be, or (`left`) what is left of that. */
@customElement("cb-since")
export class Since extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        display: inline-block;
      }

      .over {
        color: var(--bad);
        font-weight: 650;
      }
    `,
  ];

  /** 0 for never: then there is nothing to see. */
  @property({ attribute: false }) at = 0;
  @property({ attribute: false }) clock: { now(): number } = Date;
  @property({ attribute: false }) limit = 0;
  @property({ type: Boolean }) left = false;

  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.at <= 0) return nothing;
    const past = this.clock.now() - this.at;
    if (this.limit <= 0) return html`<span class="number">${duration(past)}</span>`;
    const limit = this.limit * 1000;
    const over = past > limit || (this.left && limit - past < 11_000);
    return this.left
      ? html`<span class="number ${over ? "over" : ""}">${TEXTS.left(duration(limit - past))}</span>`
      : html`<span class="number ${over ? "over" : ""}">${duration(past)}</span> <span class="small">${TEXTS.limit(duration(limit))}</span>`;
  }
}
