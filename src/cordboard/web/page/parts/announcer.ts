import { html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { look } from "./look";

interface Said {
  readonly id: number;
  readonly text: string;
  readonly urgent: boolean;
}

/** Long enough for what is said next not to take its place before it was read. */
const KEPT = 5000;

/** Says things to screen readers: what rings at once, the rest when there is a pause. */
@customElement("cb-announcer")
export class Announcer extends LitElement {
  static override styles = look;

  @state() private said: readonly Said[] = [];
  private count = 0;

  say(text: string, urgent = false): void {
    const id = (this.count += 1);
    this.said = [...this.said, { id, text, urgent }];
    setTimeout(() => (this.said = this.said.filter((item) => item.id !== id)), KEPT);
  }

  protected override render(): TemplateResult {
    return html`<div class="unseen" aria-live="assertive">${this.texts(true)}</div>
      <div class="unseen" aria-live="polite">${this.texts(false)}</div>`;
  }

  private texts(urgent: boolean): unknown {
    return repeat(
      this.said.filter((item) => item.urgent === urgent),
      (item) => item.id,
      (item) => html`<p>${item.text}</p>`,
    );
  }
}
