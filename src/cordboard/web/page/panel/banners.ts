import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { when } from "../parts/format";
import { look } from "../parts/look";
import { causeText, retryText, TEXTS } from "../parts/texts";
import type { Status } from "../wire/client";
import type { MaintenanceFrame } from "../wire/frames";
import type { View } from "../wire/model";

import "../parts/since";

/** What stands between the agent and the contact centre, or is going to: a lost connection of this page, a link that is down, maintenance. */
@customElement("cb-banners")
export class Banners extends LitElement {
  static override styles = [
    look,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.15rem 0.6rem;
        padding: 0.4rem clamp(0.6rem, 3cqi, 1.5rem);
        border-bottom: 1px solid var(--line);
        background: color-mix(in srgb, var(--warn) 14%, var(--card));
      }

      .calm {
        background: color-mix(in srgb, var(--accent) 10%, var(--card));
      }

      .bad {
        background: color-mix(in srgb, var(--bad) 14%, var(--card));
      }
    `,
  ];

  @property({ attribute: false }) status!: Status;
  @property({ attribute: false }) view: View | undefined;
  @property({ attribute: false }) maintenance: MaintenanceFrame | undefined;
  @property({ attribute: false }) clock!: { now(): number };
  @property({ attribute: false }) reconnect: () => void = () => undefined;

  protected override render(): TemplateResult {
    return html`<div role="status">${this.connection()} ${this.status.state === "online" ? [this.links(), this.planned()] : nothing}</div>`;
  }

  private connection(): TemplateResult | typeof nothing {
    switch (this.status.state) {
      case "online":
        return nothing;
      case "connecting":
        return this.view === undefined ? nothing : html`<p>${TEXTS.connecting}</p>`;
      case "waiting":
        return html`<p>${TEXTS.reconnecting} <button type="button" @click=${this.reconnect}>${TEXTS.reconnectNow}</button></p>`;
      case "ended":
        return html`<p class="bad">${TEXTS.stayAway(String(this.status.code))}</p>`;
    }
  }

  private planned(): TemplateResult | typeof nothing {
    const { maintenance } = this;
    const said = maintenance === undefined ? "" : sentence(maintenance, this.clock.now());
    const text = maintenance?.text ?? "";
    return said === "" ? nothing : html`<p class="calm"><strong>${said}</strong> ${text === "" ? nothing : html`<span>${text}</span>`}</p>`;
  }

  private links(): TemplateResult[] {
    return Object.entries(this.view?.links ?? {})
      .filter(([, link]) => !link.up)
      .map(
        ([name, link]) => html`<p class="bad">
          <strong>${TEXTS.linkDown(name)}</strong>
          <cb-since .at=${link.since ?? 0} .clock=${this.clock}></cb-since>
          <span>${link.cause ? TEXTS.because(causeText(link.cause)) : nothing} ${retryText(link.retry ?? "")}</span>
        </p>`,
      );
  }
}

/** What an agent should know of it; empty where there is nothing to be said any more. */
function sentence({ state, begins, graceful, to }: MaintenanceFrame, now: number): string {
  switch (state) {
    case "none":
      return "";
    case "announced":
      return TEXTS.maintenanceAt(when(begins ?? now, now));
    case "started":
      return graceful === false ? TEXTS.maintenanceForced : TEXTS.maintenanceStarted;
    case "completed":
      return to === undefined ? "" : TEXTS.maintenanceMoved(to.host);
  }
}
