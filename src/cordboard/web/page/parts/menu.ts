import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { control } from "./control";
import { look } from "./look";

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** What else there is to say of it, in small letters. */
  readonly note?: string;
}

export const CHOSEN = "cb-chosen";

/** A button with a list of choices below it. Arrow keys move, Enter chooses, Escape closes. Sends `cb-chosen` with the value. */
@customElement("cb-menu")
export class Menu extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        position: relative;
        display: inline-block;
      }

      ul {
        position: absolute;
        top: calc(100% + 4px);
        left: 0;
        z-index: 2;
        min-width: 100%;
        width: max-content;
        max-width: min(18rem, 88cqi);
        max-height: 60vh;
        padding: 0.3rem;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--card);
        box-shadow: 0 6px 20px rgb(0 0 0 / 20%);
      }

      /* As wide as whatever it stands in and is placed by. */
      :host([wide]) ul {
        top: auto;
        right: 0.5rem;
        left: 0.5rem;
        width: auto;
        min-width: 0;
        max-width: none;
        margin-top: 4px;
      }

      /* A button that is a state: with its colour at the side, as the state's own word has it. */
      :host([toned]) .opener button {
        min-height: 1.75rem;
        padding: 0.1rem 0.4rem;
        border-left: 0.25rem solid var(--tone);
        font-size: max(12px, 0.875em);
        line-height: 1.25;
        overflow-wrap: anywhere;
        text-align: start;
      }

      :host([toned]) .opener button::after {
        content: "▾";
      }

      /* Two of them stand side by side in the narrowest panel, in every language. */
      @container (width < 221px) {
        :host([toned]) .opener button {
          padding-inline: 0.2rem;
        }

        :host([toned]) .opener button::after {
          content: none;
        }
      }

      li button {
        width: 100%;
        border-color: transparent;
        overflow-wrap: anywhere;
        text-align: start;
      }

      li button:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  @property() label = "";
  /** What a screen reader calls the button, where its label alone would not do. */
  @property() name = "";
  @property() heading = "";
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property() refused = "";
  @state() private open = false;
  @query(".opener button") private opener!: HTMLButtonElement;

  protected override render(): TemplateResult {
    return html`<div @keydown=${this.keyed} @focusout=${this.left}>
      <span class="opener">
        ${control({ label: this.label, refused: this.refused, press: () => this.toggle(), expanded: this.open, ...(this.name === "" ? {} : { name: this.name }) })}
      </span>
      ${this.open
        ? html`<ul role="menu" aria-label=${this.heading}>
            ${this.choices.map(
              (choice) => html`<li role="none">
                <button type="button" role="menuitem" tabindex="-1" @click=${() => this.choose(choice.value)}>
                  ${choice.label}${choice.note ? html` <span class="small faint">${choice.note}</span>` : nothing}
                </button>
              </li>`,
            )}
          </ul>`
        : nothing}
    </div>`;
  }

  /** As if its button were pressed. */
  press(): void {
    this.opener.focus();
    this.opener.click();
  }

  private toggle(): void {
    if (this.choices.length === 1 && this.choices[0] !== undefined) return this.choose(this.choices[0].value);
    this.open = !this.open;
    if (this.open) void this.updateComplete.then(() => this.shown());
  }

  /** Moves the list to where it is wholly seen, and the focus into it. */
  private shown(): void {
    const list = this.shadowRoot?.querySelector("ul");
    const over = list == null ? 0 : list.getBoundingClientRect().right - (document.documentElement.clientWidth - 8);
    if (list != null && over > 0 && !this.hasAttribute("wide")) list.style.left = `${-over}px`;
    this.items()[0]?.focus();
  }

  private choose(value: string): void {
    this.close();
    this.dispatchEvent(new CustomEvent<string>(CHOSEN, { detail: value }));
  }

  private close(): void {
    if (!this.open) return;
    this.open = false;
    this.opener.focus();
  }

  private keyed(event: KeyboardEvent): void {
    if (!this.open) return;
    const items = this.items();
    const at = items.indexOf(this.shadowRoot?.activeElement as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Closes when the focus is elsewhere for good: while it moves, or another window has it, it is nowhere for a moment. */
  private left(): void {
    requestAnimationFrame(() => {
      if (this.shadowRoot?.activeElement == null) this.open = false;
    });
  }

  private items(): HTMLButtonElement[] {
    return [...(this.shadowRoot?.querySelectorAll<HTMLButtonElement>("li button") ?? [])];
  }
}
