import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { duration } from "./duration";
import { look } from "./look";

/** The time since a moment of the server's clock, running. Nothing for 0. */
@customElement("cb-since")
export class Since extends LitElement {
  static override styles = look;

  @property({ attribute: false }) at = 0;
  @property({ attribute: false }) clock: { now(): number } = Date;

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
    return this.at > 0 ? html`<span class="number">${duration(this.clock.now() - this.at)}</span>` : nothing;
  }
}
