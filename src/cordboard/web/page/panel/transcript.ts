import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";

import { percent, when } from "../parts/format";
import { look } from "../parts/look";
import { ROLES, TEXTS } from "../parts/texts";
import type { Utterance } from "../wire/model";
import { fullUtterance, isDoubtful, spoken, type FullUtterance } from "./reading";

/** Closer to the end than this, in pixels, somebody reads along. */
const AT_END = 48;

/** What was said in a call or written in a chat. Who reads along stays at the end; who has scrolled back stays there. */
@customElement("cb-transcript")
export class Transcript extends LitElement {
  static override styles = [
    look,
    css`
      .log {
        max-height: min(18rem, 34vh);
        overflow: auto;
        border-radius: 6px;
      }

      /* So that what one writes in is seen as well. */
      @container (width < 221px) {
        .log {
          max-height: 24vh;
        }
      }

      ol {
        display: grid;
        gap: 0.35rem;
      }

      li {
        justify-self: start;
        max-width: min(88%, 36rem);
        padding: 0.3rem 0.6rem;
        border-radius: 8px;
        background: var(--sunk);
        overflow-wrap: anywhere;
      }

      .own {
        justify-self: end;
        background: color-mix(in srgb, var(--accent) 16%, var(--card));
      }

      .spoken {
        justify-self: stretch;
        max-width: none;
        padding: 0.15rem 0.5rem;
        background: none;
        border-radius: 0;
        border-left: 3px solid var(--line);
      }

      .spoken.own {
        border-color: var(--accent);
      }

      .doubtful q {
        text-decoration: underline dotted var(--warn);
        text-underline-offset: 3px;
      }

      .growing q {
        font-style: italic;
      }

      q {
        display: block;
        quotes: none;
        white-space: pre-wrap;
      }
    `,
  ];

  @property({ attribute: false }) utterances: readonly Utterance[] = [];
  /** Whose words are the agent's own. */
  @property() agent = "";
  /** Whether it was written: then it looks like a conversation, and nothing is uncertain. */
  @property({ type: Boolean }) written = false;
  @query(".log") private log!: HTMLElement | null;
  private readsAlong = true;
  private height = 0;
  private readonly sizes = new ResizeObserver(() => this.follow());

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  protected override willUpdate(): void {
    this.look();
  }

  protected override updated(): void {
    this.follow();
  }

  protected override render(): TemplateResult {
    const said = spoken(this.utterances).map(fullUtterance);
    return html`<div class="log" role="log" tabindex="0" @scroll=${() => this.look()} aria-label=${this.written ? TEXTS.messages : TEXTS.transcript}>
      ${said.length === 0
        ? html`<p class="small faint">${this.written ? TEXTS.noMessages : TEXTS.noTranscript}</p>`
        : html`<ol>
            ${repeat(
              said,
              (item) => item.id,
              (item) => this.item(item),
            )}
          </ol>`}
    </div>`;
  }

  /** Whether the end is in sight. Where the room for it changed meanwhile it is as it was before. */
  private look(): void {
    const { log } = this;
    if (log == null || log.clientHeight !== this.height) return;
    this.readsAlong = log.scrollHeight - log.scrollTop - log.clientHeight < AT_END;
  }

  private follow(): void {
    const { log } = this;
    if (log == null) return;
    if (this.readsAlong) log.scrollTop = log.scrollHeight;
    this.height = log.clientHeight;
  }

  private item(item: FullUtterance): TemplateResult {
    const own = item.role === "agent" && (item.author === undefined || item.author === this.agent);
    const doubtful = isDoubtful(item);
    const looks = { own, spoken: !this.written, doubtful, growing: !item.final };
    const who = own ? TEXTS.you : item.name || ROLES[item.role];
    return html`<li class=${classMap(looks)}>
      <p class="small faint">
        ${who}${item.start === 0 ? nothing : html` · <time datetime=${new Date(item.start).toISOString()}>${when(item.start)}</time>`}${doubtful
          ? html` · <span title=${TEXTS.doubtful}>${percent(item.confidence)}<span class="unseen">${TEXTS.doubtful}</span></span>`
          : nothing}
      </p>
      <q>${item.text}</q>
    </li>`;
  }
}
