import { html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import { look } from "./look";

/** Says things to screen readers: what rings at once, the rest when there is a pause. */
@customElement("cb-announcer")
export class Announcer extends LitElement {
  static override styles = look;

  @state() private urgent = "";
  @state() private quiet = "";

  say(text: string, urgent = false): void {
    if (urgent) this.urgent = text;
    else this.quiet = text;
  }

  protected override render(): TemplateResult {
    return html`<div class="unseen" aria-live="assertive">${this.urgent}</div>
      <div class="unseen" aria-live="polite">${this.quiet}</div>`;
  }
}
