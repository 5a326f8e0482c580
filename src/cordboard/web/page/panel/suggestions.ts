import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { percent } from "../parts/format";
import { look } from "../parts/look";
import { TEXTS } from "../parts/texts";
import { DEFAULTS, type Suggestion } from "../wire/model";
import { isWeb } from "./reading";

export const USE = "cb-use";

/** What the contact centre suggests to answer, the newest first. Sends `cb-use` with the text that is to be used. */
@customElement("cb-suggestions")
export class Suggestions extends LitElement {
  static override styles = [
    look,
    css`
      ul {
        display: grid;
        gap: 0.4rem;
        margin-top: 0.3rem;
      }

      li {
        padding: 0.4rem 0.6rem;
        border: 1px solid var(--line);
        border-radius: 6px;
        overflow-wrap: anywhere;
      }

      summary {
        cursor: pointer;
      }

      blockquote {
        margin: 0.25rem 0 0;
        padding-left: 0.5rem;
        border-left: 3px solid var(--line);
      }

      .text {
        white-space: pre-wrap;
      }
    `,
  ];

  @property({ attribute: false }) suggestions: readonly Suggestion[] = [];
  /** Whether a text can be written into the contact. */
  @property({ type: Boolean }) usable = false;

  protected override render(): TemplateResult {
    return html`<section aria-labelledby="heading">
      <h3 id="heading">${TEXTS.suggestions}</h3>
      <ul>
        ${[...this.suggestions].reverse().map((item) => this.item(item))}
      </ul>
    </section>`;
  }

  private item(item: Suggestion): TemplateResult {
    const { title, text, url, source, confidence, snippets } = { ...DEFAULTS.Suggestion, ...item };
    const about = [source, confidence < 1 ? percent(confidence) : ""].filter((word) => word !== "").join(" · ");
    return html`<li>
      <div class="row spread">
        <strong>${isWeb(url) ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${title}</a>` : title}</strong>
        ${this.usable && text !== ""
          ? html`<button type="button" aria-label=${`${TEXTS.use}: ${title}`} @click=${() => this.use(text)}>${TEXTS.use}</button>`
          : nothing}
      </div>
      ${about === "" ? nothing : html`<p class="small faint">${about}</p>`} ${text === "" ? nothing : html`<p class="text">${text}</p>`}
      ${snippets.length === 0
        ? nothing
        : html`<details class="small">
            <summary>${TEXTS.passages}</summary>
            ${snippets.map((snippet) => html`<blockquote>${snippet}</blockquote>`)}
          </details>`}
    </li>`;
  }

  private use(text: string): void {
    this.dispatchEvent(new CustomEvent<string>(USE, { detail: text, bubbles: true, composed: true }));
  }
}
