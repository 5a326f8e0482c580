import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";

import { look } from "../parts/look";
import { SHORTCUTS as NAMES, TEXTS } from "../parts/texts";
import { SHORTCUTS, type Action } from "./shortcuts";

/** The keyboard shortcuts, and what each does. */
@customElement("cb-help")
export class Help extends LitElement {
  static override styles = [
    look,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }

      th {
        text-align: start;
      }

      td,
      th {
        padding: 0.2rem 0.5rem 0.2rem 0;
        border-top: 1px solid var(--line);
        overflow-wrap: anywhere;
      }

      td:first-child,
      th:first-child {
        width: 44%;
      }

      kbd {
        padding: 0 0.3em;
        border: 1px solid var(--edge);
        border-radius: 4px;
        background: var(--sunk);
        font: inherit;
        font-size: 0.9em;
        white-space: nowrap;
      }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement;

  open(): void {
    this.dialog.showModal();
  }

  protected override render(): TemplateResult {
    const actions = Object.keys(SHORTCUTS) as Action[];
    return html`<dialog aria-labelledby="heading">
      <div class="stack">
        <div class="heading">
          <h2 id="heading">${TEXTS.shortcuts}</h2>
          <button type="button" class="plain" aria-label=${TEXTS.close} @click=${() => this.dialog.close()}>✕</button>
        </div>
        <p class="small faint">${TEXTS.shortcutsNote}</p>
        <table>
          <thead>
            <tr>
              <th scope="col">${TEXTS.key}</th>
              <th scope="col">${TEXTS.action}</th>
            </tr>
          </thead>
          <tbody>
            ${actions.map((action) => html`<tr><td>${keys(action)}</td><td>${NAMES[action]}</td></tr>`)}
          </tbody>
        </table>
      </div>
    </dialog>`;
  }
}

function keys(action: Action): TemplateResult {
  const { key, shift } = SHORTCUTS[action];
  const letter = html`<kbd>${key.toUpperCase()}</kbd>`;
  return shift === true ? html`<kbd>${TEXTS.shift}</kbd> ${letter}` : letter;
}
