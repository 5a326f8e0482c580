import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { chooseLanguage, chosenLanguage } from "../parts/appearance";
import { look } from "../parts/look";
import { LANGUAGE_NAMES, RINGTONES, TEXTS } from "../parts/texts";
import { permission, type Alerts } from "./alerts";
import { isTone, TONES } from "./ringtone";
import { shortcutsWanted, wantShortcuts } from "./shortcuts";
import { DUTIES, type Duty, type PanelSource } from "./source";

/** What an agent chooses for this browser, and which page does what only one does. */
@customElement("cb-settings")
export class Settings extends LitElement {
  static override styles = [
    look,
    css`
      .check {
        display: flex;
        align-items: baseline;
        gap: 0.5rem;
      }

      input[type="checkbox"] {
        width: auto;
        min-height: 0;
        accent-color: var(--accent);
      }

      .tone {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.5rem;
      }

      @container (width < 221px) {
        .tone {
          grid-template-columns: 1fr;
        }
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 0.75rem;
        min-height: 2.25rem;
      }

      .check {
        line-height: 1.3;
      }
    `,
  ];

  @property({ attribute: false }) source!: PanelSource;
  @property({ attribute: false }) alerts!: Alerts;
  /** Whether this page neither rings nor notifies, so that there is nothing to choose about it. */
  @property({ type: Boolean }) mute = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  open(): void {
    this.requestUpdate();
    this.dialog.showModal();
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading">
      <div class="stack">
        <div class="heading">
          <h2 id="heading">${TEXTS.settings}</h2>
          <button type="button" class="plain" aria-label=${TEXTS.close} @click=${() => this.dialog.close()}>✕</button>
        </div>
        ${this.mute ? nothing : html`${this.tone()} ${this.notification()} ${this.once()}`}
        <label class="check">
          <input type="checkbox" .checked=${live(shortcutsWanted())} @change=${(event: Event) => wantShortcuts(checked(event))} />
          ${TEXTS.useShortcuts}
        </label>
        ${this.language()}
        ${this.source.signOut === undefined
          ? nothing
          : html`<div><button type="button" @click=${() => this.signOut()}>${TEXTS.signOut}</button></div>`}
      </div>
    </dialog>`;
  }

  private language(): TemplateResult {
    const chosen = chosenLanguage();
    const choose = (event: Event): void => chooseLanguage((event.target as HTMLSelectElement).value);
    return html`<label>
      ${TEXTS.language}
      <select .value=${live(chosen)} @change=${choose}>
        <option value="" ?selected=${chosen === ""}>${TEXTS.automatic}</option>
        ${Object.entries(LANGUAGE_NAMES).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === chosen}>${name}</option>`)}
      </select>
    </label>`;
  }

  private once(): TemplateResult {
    return html`<section aria-labelledby="once">
      <h3 id="once">${TEXTS.onlyOnce}</h3>
      <ul>
        ${DUTIES.map((duty) => this.duty(duty))}
      </ul>
    </section>`;
  }

  private tone(): TemplateResult {
    const chosen = this.alerts.rings ? this.alerts.tone : "off";
    return html`<label for="tone">${TEXTS.ringtone}</label>
      <div class="tone">
        <select id="tone" .value=${chosen} @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}>
          ${["off", ...Object.keys(TONES)].map(
            (name) => html`<option value=${name} ?selected=${name === chosen}>${RINGTONES[name as keyof typeof RINGTONES]}</option>`,
          )}
        </select>
        <button type="button" @click=${() => this.alerts.sample(this.alerts.tone)}>${TEXTS.hear}</button>
      </div>`;
  }

  private notification(): TemplateResult {
    const can = permission();
    const why = can === "denied" ? TEXTS.notifyDenied : can === "framed" ? TEXTS.notifyFramed : "";
    return html`<div>
      <label class="check">
        <input
          type="checkbox"
          aria-describedby="why"
          .checked=${live(this.alerts.notifies)}
          ?disabled=${why !== ""}
          @change=${(event: Event) => void this.notify(event)}
        />
        ${TEXTS.notifyOn}
      </label>
      <p id="why" class="small faint">${why}</p>
    </div>`;
  }

  private duty(duty: Duty): TemplateResult {
    const name = TEXTS[duty];
    const doer = this.source.doer(duty);
    const can = duty === "ringtone" || this.alerts.notifies;
    return html`<li>
      <span>${name}: <span class=${doer === "here" ? "" : "faint"}>${TEXTS[doer]}</span></span>
      ${doer === "here" || !can
        ? nothing
        : html`<button type="button" aria-label=${TEXTS.bringNamedHere(name)} @click=${() => this.bring(duty)}>${TEXTS.bringHere}</button>`}
    </li>`;
  }

  private choose(name: string): void {
    if (isTone(name)) {
      this.alerts.ring(this.source, true, name);
      this.alerts.sample(name);
    } else this.alerts.ring(this.source, false);
    this.requestUpdate();
  }

  private async notify(event: Event): Promise<void> {
    await this.alerts.notify(this.source, checked(event));
    this.requestUpdate();
  }

  private bring(duty: Duty): void {
    if (duty === "ringtone") this.alerts.ring(this.source, true);
    else this.source.want(duty, true, true);
  }

  private signOut(): void {
    this.dialog.close();
    this.source.signOut?.();
  }
}

function checked(event: Event): boolean {
  return (event.target as HTMLInputElement).checked;
}
