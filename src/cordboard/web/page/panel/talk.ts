import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { look } from "../parts/look";
import { TEXTS } from "../parts/texts";
import type { Outcome, Service, Suggestion, Utterance } from "../wire/model";
import type { Compose } from "./compose";
import type { FullContact } from "./reading";

import "./compose";
import "./suggestions";
import "./transcript";

/** What is said in a contact: a chat to write in, or the transcript of a call, and what is suggested to answer. */
@customElement("cb-talk")
export class Talk extends LitElement {
  static override styles = [
    look,
    css`
      summary {
        cursor: pointer;
        font-weight: 650;
      }

      details cb-transcript {
        margin-top: 0.35rem;
      }
    `,
  ];

  @property({ attribute: false }) contact!: FullContact;
  @property({ attribute: false }) utterances: readonly Utterance[] = [];
  @property({ attribute: false }) suggestions: readonly Suggestion[] = [];
  @property({ attribute: false }) refused: (service: Service["service"]) => string = () => "";
  @property({ attribute: false }) run!: (service: Service) => Promise<Outcome>;
  @query("cb-compose") private compose!: Compose | null;

  override focus(): void {
    this.compose?.focus();
  }

  protected override render(): TemplateResult {
    const { contact } = this;
    const written = contact.medium === "chat";
    const writes = written && (contact.phase === "active" || contact.phase === "paused");
    const transcript = html`<cb-transcript .utterances=${this.utterances} agent=${contact.agent ?? ""} ?written=${written}></cb-transcript>`;
    return html`<div class="stack" @cb-use=${(event: CustomEvent<string>) => this.compose?.put(event.detail)}>
      ${written
        ? transcript
        : this.utterances.length === 0
          ? nothing
          : html`<details open>
              <summary>${TEXTS.transcript}</summary>
              ${transcript}
            </details>`}
      ${writes
        ? html`<cb-compose contact=${contact.id} refused=${this.refused("SendMessage")} .run=${this.run}></cb-compose>`
        : nothing}
      ${this.suggestions.length === 0 ? nothing : html`<cb-suggestions .suggestions=${this.suggestions} ?usable=${writes}></cb-suggestions>`}
    </div>`;
  }
}
