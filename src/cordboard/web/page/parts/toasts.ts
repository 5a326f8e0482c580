import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { look } from "./look";
import { TEXTS } from "./texts";

interface Toast {
  readonly id: number;
  readonly text: string;
}

const SHOWN = 8000;
const MOST = 4;

/** Short words that come and go: mostly why something was refused. `docked`: where it is narrow they stand where they are put, and cover nothing. */
@customElement("cb-toasts")
export class Toasts extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        position: fixed;
        right: 1rem;
        bottom: 1rem;
        left: 1rem;
        z-index: 3;
        pointer-events: none;
      }

      ul {
        display: grid;
        gap: 0.5rem;
        justify-items: end;
      }

      li {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        max-width: 28rem;
        padding: 0.4rem 0.4rem 0.4rem 1rem;
        border-radius: 8px;
        background: var(--ink);
        color: var(--card);
        pointer-events: auto;
      }

      span {
        overflow-wrap: anywhere;
      }

      @container (width < 37.5rem) {
        :host {
          right: 0.4rem;
          bottom: 3.2rem;
          left: 0.4rem;
        }

        li {
          gap: 0.25rem;
          padding: 0.2rem 0.2rem 0.2rem 0.6rem;
          line-height: 1.3;
        }

        /* In little room a place of their own: nothing that can be pressed lies below them. */
        :host([docked]) {
          position: static;
          max-height: 30vh;
          overflow: auto;
        }

        :host([docked]) ul {
          gap: 0;
          justify-items: stretch;
        }

        :host([docked]) li {
          justify-content: space-between;
          max-width: none;
          border-radius: 0;
        }

        :host([docked]) li + li {
          border-top: 1px solid var(--faint);
        }
      }

      button {
        border-color: transparent;
        background: transparent;
        color: inherit;
      }

      button:hover:not([aria-disabled="true"]) {
        border-color: currentcolor;
        background: transparent;
      }

      button:focus-visible {
        outline-color: currentcolor;
      }
    `,
  ];

  @state() private toasts: readonly Toast[] = [];
  private count = 0;

  /** Shows a text for a while. The same text again starts the while anew. */
  show(text: string): void {
    const toast = { id: (this.count += 1), text };
    this.toasts = [...this.toasts.filter((item) => item.text !== text), toast].slice(-MOST);
    setTimeout(() => this.hide(toast.id), SHOWN);
  }

  protected override render(): TemplateResult {
    return html`<div role="alert">
      <ul>
        ${repeat(
          this.toasts,
          (toast) => toast.id,
          (toast) => html`<li>
            <span>${toast.text}</span>
            <button type="button" aria-label=${TEXTS.dismiss} @click=${() => this.hide(toast.id)}>✕</button>
          </li>`,
        )}
      </ul>
    </div>`;
  }

  private hide(id: number): void {
    this.toasts = this.toasts.filter((item) => item.id !== id);
  }
}
