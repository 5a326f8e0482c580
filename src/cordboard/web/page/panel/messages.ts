import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { when } from "../parts/format";
import { look } from "../parts/look";
import { prefer, preference } from "../parts/preference";
import { TEXTS } from "../parts/texts";
import { DEFAULTS, type TeamMessage } from "../wire/model";

const READ = "messages-read";
const REMEMBERED = 100;

/** What was written to the agent's team, until the agent has put it away in this browser, or its time is over. */
@customElement("cb-messages")
export class Messages extends LitElement {
  static override styles = [
    look,
    css`
      .log {
        max-height: 30vh;
        overflow: auto;
      }

      li {
        display: flex;
        align-items: start;
        gap: 0.5rem;
        padding: 0.3rem clamp(0.3rem, 2cqi, 1rem) 0.3rem clamp(0.6rem, 3cqi, 1.5rem);
        border-bottom: 1px solid var(--line);
        background: color-mix(in srgb, var(--accent) 10%, var(--card));
      }

      li div {
        flex: 1;
        min-width: 0;
      }

      p {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }

      button {
        min-height: 1.75rem;
        padding-block: 0;
      }
    `,
  ];

  @property({ attribute: false }) messages: readonly TeamMessage[] = [];
  @property({ attribute: false }) clock!: { now(): number };
  @state() private read: readonly string[] = remembered();
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    if (!changes.has("messages")) return;
    clearTimeout(this.timer);
    const now = this.clock.now();
    const ends = this.messages.map(end).filter((at) => at > now);
    if (ends.length === 0) return;
    const soonest = Math.min(...ends);
    if (Number.isFinite(soonest)) this.timer = setTimeout(() => this.requestUpdate("messages"), soonest - now);
  }

  protected override render(): TemplateResult {
    const now = this.clock.now();
    const shown = this.messages.filter((message) => end(message) > now && !this.read.includes(message.id));
    return html`<section aria-label=${TEXTS.teamMessages} ?hidden=${shown.length === 0}>
      <div class="log" role="log" tabindex="0" aria-label=${TEXTS.teamMessages}>
        <ul>
          ${repeat(
            shown,
            (message) => message.id,
            (message) => this.message(message, now),
          )}
        </ul>
      </div>
    </section>`;
  }

  private message(message: TeamMessage, now: number): TemplateResult {
    const { id, author, name, content, created } = { ...DEFAULTS.TeamMessage, ...message };
    return html`<li>
      <div>
        <span class="small faint"><strong>${name || author}</strong>${created ? html` · ${when(created, now)}` : nothing}</span>
        <p>${content}</p>
      </div>
      <button type="button" class="plain" aria-label=${TEXTS.dismissNamed(content)} @click=${() => this.dismiss(id)}>✕</button>
    </li>`;
  }

  private dismiss(id: string): void {
    this.read = [...this.read, id].slice(-REMEMBERED);
    prefer(READ, JSON.stringify(this.read));
  }
}

/** When it is shown no more. */
function end(message: TeamMessage): number {
  const { created, duration } = { ...DEFAULTS.TeamMessage, ...message };
  return duration > 0 ? created + duration * 1000 : Infinity;
}

function remembered(): readonly string[] {
  try {
    const found: unknown = JSON.parse(preference(READ) ?? "[]");
    return Array.isArray(found) ? found.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}
