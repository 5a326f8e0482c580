import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { control } from "../parts/control";
import { when } from "../parts/format";
import { look } from "../parts/look";
import { CONTROLS, TEXTS } from "../parts/texts";
import type { Callback } from "../wire/model";
import { wish } from "./wishes";

const GLANCE = 15_000;

/** The calls that the agent has promised, the next one first. They are offered when they are due; each can be called or called off before. */
@customElement("cb-callbacks")
export class Callbacks extends LitElement {
  static override styles = [
    look,
    css`
      li {
        padding: 0.4rem 0;
        border-top: 1px solid var(--line);
      }

      li:first-child {
        border-top: 0;
      }

      li > div {
        overflow-wrap: anywhere;
      }

      /* Their words stand where the text above begins. */
      .row {
        gap: 0;
        margin-inline-start: -0.5rem;
      }

      .over {
        color: var(--bad);
        font-weight: 650;
      }
    `,
  ];

  @property({ attribute: false }) callbacks: readonly Callback[] = [];
  @property({ attribute: false }) clock!: { now(): number };
  /** Why nobody can be called; empty if somebody can. */
  @property() refused = "";
  /** Why none can be called off. */
  @property() bound = "";
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => this.requestUpdate(), GLANCE);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.callbacks.length === 0) return nothing;
    const ordered = [...this.callbacks].sort((one, other) => (one.due ?? 0) - (other.due ?? 0));
    return html`<section class="card stack" aria-label=${TEXTS.callbacks}>
      <h2>${TEXTS.callbacks}</h2>
      <ul>
        ${ordered.map((item) => this.item(item))}
      </ul>
    </section>`;
  }

  private item({ id, number, name = "", due = 0, text = "" }: Callback): TemplateResult {
    const who = name || number;
    const now = this.clock.now();
    return html`<li>
      <div>
        <span>${who}</span>
        <p class="small faint">
          ${due === 0 ? nothing : html`<time datetime=${new Date(due).toISOString()}>${when(due, now)}</time>`}
          ${due > 0 && due < now ? html`<span class="over">${TEXTS.overdue}</span>` : nothing}${name === "" ? nothing : html` · <span class="number">${number}</span>`}
        </p>
        ${text === "" ? nothing : html`<p class="small">${text}</p>`}
      </div>
      <div class="row">
        ${control({
          label: CONTROLS.MakeCall,
          name: TEXTS.callBack(who),
          refused: this.refused,
          look: "plain",
          press: () => this.dispatchEvent(wish({ service: "MakeCall", target: { kind: "number", number } })),
        })}
        ${control({
          label: TEXTS.callOff,
          name: TEXTS.callOffNamed(who),
          refused: this.bound,
          look: "plain",
          press: () => this.dispatchEvent(wish({ service: "CancelCallback", callback: id })),
        })}
      </div>
    </li>`;
  }
}
