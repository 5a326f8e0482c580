import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { numeral } from "../parts/format";
import { icon, type Icon } from "../parts/icons";
import { look } from "../parts/look";
import { TEXTS } from "../parts/texts";

export type Tab = "contacts" | "dial" | "recent" | "board";

/** Sent with the `Tab` that was pressed. */
export const TAB = "cb-tab";

const TABS: readonly (readonly [Tab, Icon, "viewContacts" | "viewDial" | "viewRecent" | "viewBoard"])[] = [
  ["contacts", "contacts", "viewContacts"],
  ["dial", "phone", "viewDial"],
  ["recent", "recent", "viewRecent"],
  ["board", "board", "viewBoard"],
];

/** The views of a narrow panel, of which one is shown; with how much is in each. */
@customElement("cb-tabs")
export class Tabs extends LitElement {
  static override styles = [
    look,
    css`
      nav {
        display: grid;
        grid-auto-columns: minmax(0, 1fr);
        grid-auto-flow: column;
        border-top: 1px solid var(--line);
        background: var(--card);
      }

      nav button {
        display: grid;
        justify-items: center;
        padding: 0.25rem 0;
        border: 0;
        border-top: 2px solid transparent;
        border-radius: 0;
        background: transparent;
        font-size: 0.86em;
        line-height: 1.2;
      }

      nav button[aria-current="true"] {
        border-top-color: var(--accent);
        color: var(--accent);
      }

      .glyph {
        display: flex;
        align-items: center;
        gap: 0.2rem;
      }

      .count {
        min-width: 1.5em;
        height: 1.5em;
        border-radius: 0.75em;
        line-height: 1.5;
        background: var(--accent);
        color: var(--accent-ink);
        font-weight: 650;
      }

      @container (width < 221px) {
        nav {
          display: flex;
        }

        nav button {
          flex: 1 1 auto;
          align-content: center;
          font-size: 0.93em;
        }

        /* Four words are too many here; who cannot see hears them all. */
        nav button:not([aria-current="true"]) > span:last-child {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
          white-space: nowrap;
        }
      }
    `,
  ];

  @property() tab: Tab = "contacts";
  @property({ attribute: false }) counts: { readonly [tab in Tab]?: number } = {};
  /** Whether counters of queues and team are to be had. */
  @property({ type: Boolean }) boards = false;

  protected override render(): TemplateResult {
    return html`<nav aria-label=${TEXTS.views}>
      ${TABS.filter(([tab]) => tab !== "board" || this.boards).map(
        ([tab, drawing, text]) => html`<button type="button" aria-current=${tab === this.tab ? "true" : "false"} @click=${() => this.press(tab)}>
          <span class="glyph">${icon(drawing)}${this.counts[tab] ? html`<span class="count">${numeral(this.counts[tab])}</span>` : nothing}</span>
          <span>${TEXTS[text]}</span>
        </button>`,
      )}
    </nav>`;
  }

  private press(tab: Tab): void {
    this.dispatchEvent(new CustomEvent<Tab>(TAB, { detail: tab }));
  }
}
