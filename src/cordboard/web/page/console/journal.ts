import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { look } from "../parts/look";
import type { JournalRecord } from "./floor";
import { tables } from "./tables";
import { WORDS } from "./words";

/** The last records of the switch's journal, the newest first. */
@customElement("cb-journal")
export class Journal extends LitElement {
  static override styles = [
    look,
    tables,
    css`
      .scroll {
        max-height: 26rem;
        overflow: auto;
      }

      td {
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) records: readonly JournalRecord[] = [];

  protected override render(): TemplateResult {
    return html`<section class="card stack" aria-labelledby="heading">
      <h2 id="heading">${WORDS.journal}</h2>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="heading">
        <table>
          <thead>
            <tr>
              <th scope="col">${WORDS.record}</th>
              <th scope="col">${WORDS.time}</th>
              <th scope="col">${WORDS.what}</th>
              <th scope="col">${WORDS.who}</th>
              <th scope="col">${WORDS.cause}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              this.records,
              (record) => record.n,
              (record) => html`<tr>
                <td class="number faint">${record.n}</td>
                <td class="number">${new Date(record.at).toLocaleTimeString([], { hour12: false })}</td>
                <td>${record.kind}</td>
                <td>${record.after.name || record.agent || record.after.number || record.queue || ""}</td>
                <td class="faint">${record.cause ?? ""}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}
