import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { duration } from "../parts/duration";
import { look } from "../parts/look";
import { DIRECTIONS, ENDINGS, PHASES } from "../parts/texts";
import type { Agent, Wanted } from "./inspector-model";
import { hashOf } from "./place";
import type { Lines } from "./shapes";
import { moment } from "./spans";
import { threads, type Thread } from "./threads";
import { WORDS } from "./words";

import "../parts/since";

export const WANT = "cb-want";

/** Contacts live and past, by thread, and what they are narrowed by. */
@customElement("cb-contact-list")
export class ContactList extends LitElement {
  static override styles = [
    look,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 0.5rem;
      }

      form > :first-child {
        grid-column: 1 / -1;
      }

      ul {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.35rem;
      }

      li a {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 0.75rem;
        padding: 0.45rem 0.6rem;
        border: 1px solid var(--line);
        border-left: 4px solid var(--edge);
        border-radius: 6px;
        background: var(--card);
        color: var(--ink);
        text-decoration: none;
      }

      li a:hover {
        border-color: var(--accent);
      }

      li a[aria-current="true"] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }

      li.live a {
        border-left-color: var(--good);
      }

      .end {
        text-align: end;
      }

      strong,
      .whom {
        overflow-wrap: anywhere;
      }

      @container (width < 16rem) {
        form,
        li a {
          grid-template-columns: minmax(0, 1fr);
        }

        .end {
          text-align: start;
        }
      }
    `,
  ];

  @property({ attribute: false }) lines: Lines | undefined;
  @property({ attribute: false }) agents: readonly Agent[] = [];
  @property({ attribute: false }) wanted!: Wanted;
  @property({ attribute: false }) clock!: { now(): number };
  /** The contact that is open, and whose. */
  @property() chosen = "";
  @query("input") private text!: HTMLInputElement;
  @query("#agent") private agent!: HTMLSelectElement;
  @query("#state") private state!: HTMLSelectElement;

  protected override render(): TemplateResult {
    return html`<section class="stack" aria-label=${WORDS.contacts}>
      <form role="search" aria-label=${WORDS.filter} @submit=${(event: Event) => event.preventDefault()} @input=${this.narrowed}>
        <input type="search" placeholder=${WORDS.search} aria-label=${WORDS.search} .value=${this.wanted.text} autocomplete="off" />
        <select id="agent" aria-label=${WORDS.agent}>
          <option value="">${WORDS.everyone}</option>
          ${this.agents.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.wanted.agent}>${name}</option>`)}
        </select>
        <select id="state" aria-label=${WORDS.state}>
          <option value="">${WORDS.liveAndPast}</option>
          <option value="live" ?selected=${this.wanted.state === "live"}>${WORDS.live}</option>
          <option value="past" ?selected=${this.wanted.state === "past"}>${WORDS.past}</option>
        </select>
      </form>
      ${this.lines === undefined ? nothing : this.list(this.lines)}
    </section>`;
  }

  private list({ contacts, more }: Lines): TemplateResult {
    if (contacts.length === 0) return html`<p class="faint" role="status">${WORDS.none}</p>`;
    return html`<ul>
        ${repeat(
          threads(contacts),
          (thread) => thread.key,
          (thread) => this.row(thread),
        )}
      </ul>
      ${more ? html`<p class="small faint">${WORDS.more}</p>` : nothing}`;
  }

  private row(thread: Thread): TemplateResult {
    const { head, parts, live, created, ended } = thread;
    const { customer, direction, phase, ended_by } = head;
    const here = parts.some(({ subject, contact }) => `${subject}/${contact}` === this.chosen);
    const agents = parts.filter((line) => line.subject.startsWith("agent/"));
    const whom = [...new Set((agents.length > 0 ? agents : parts).map((line) => line.name))].join(" → ");
    return html`<li class=${live ? "live" : ""}>
      <a href=${hashOf({ view: "contacts", subject: head.subject, contact: head.contact })} aria-current=${here ? "true" : "false"}>
        <strong>${customer?.name || customer?.number || WORDS.unknownCaller}</strong>
        <span class="end">${live || ended_by === null ? PHASES[phase] : ENDINGS[ended_by]}</span>
        <span class="small faint whom">${whom} · ${DIRECTIONS[direction].toLowerCase()}${head.queue ? html` · ${head.queue.name || head.queue.id}` : nothing}</span>
        <span class="small faint number end"
          >${moment(created).slice(0, 8)} · ${ended > 0 ? duration(ended - created) : html`<cb-since .at=${created} .clock=${this.clock}></cb-since>`}</span
        >
      </a>
    </li>`;
  }

  private narrowed(): void {
    const detail: Wanted = { text: this.text.value.trim(), agent: this.agent.value, state: this.state.value as Wanted["state"] };
    this.dispatchEvent(new CustomEvent<Wanted>(WANT, { detail, bubbles: true, composed: true }));
  }
}
