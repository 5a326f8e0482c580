import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { numeral } from "../parts/format";
import { look } from "../parts/look";
import { KINDS, STATES, TARGETS, TEXTS } from "../parts/texts";
import type { Availability, Target, TargetKind } from "../wire/model";
import { dialable } from "./reading";
import type { Found, Question } from "./source";
import { picked } from "./wishes";

const PAUSE = 150;
const CHOICES: readonly (TargetKind | undefined)[] = [undefined, "agent", "queue", "number"];

/** Finds someone to call: agents with their states, queues, or a number typed in. Sends `cb-picked`. */
@customElement("cb-targets")
export class Targets extends LitElement {
  static override styles = [
    look,
    css`
      ul {
        height: 20rem;
        max-height: 45vh;
        overflow: auto;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 0.75rem;
        padding: 0.4rem 0.6rem;
        border-radius: 6px;
        cursor: pointer;
      }

      li[aria-selected="true"],
      li:hover {
        background: var(--sunk);
      }

      li[aria-selected="true"] {
        box-shadow: inset 3px 0 var(--accent);
      }

      .as {
        flex: none;
      }

      .ready {
        color: var(--good);
      }

      .kinds {
        gap: 0.3rem;
      }

      .kinds button {
        min-height: 1.75rem;
        padding: 0.1rem 0.4rem;
        font-size: 0.9em;
      }
    `,
  ];

  @property() heading = "";
  /** Who is found under a text. */
  @property({ attribute: false }) search: (question: Question) => Promise<Found> = () => Promise.resolve({ targets: [], after: "" });
  @state() private text = "";
  @state() private kind: TargetKind | undefined;
  /** The mark of the next page; empty when there is none. */
  @state() private mark = "";
  @state() private found: readonly Target[] = [];
  @state() private looking = false;
  @state() private at = 0;
  @query("dialog") private dialog!: HTMLDialogElement;
  @query("input") private input!: HTMLInputElement;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** Opens with this text in the field. */
  open(text = ""): void {
    this.text = text;
    this.kind = undefined;
    this.mark = "";
    this.at = 0;
    this.found = [];
    this.dialog.showModal();
    this.input.value = text;
    this.input.select();
    void this.look();
  }

  close(): void {
    this.dialog.close();
  }

  protected override render(): TemplateResult {
    const items = this.items();
    return html`<dialog aria-labelledby="heading">
      <form method="dialog" class="stack" @submit=${this.entered}>
        <div class="heading">
          <h2 id="heading">${this.heading}</h2>
          <button type="button" class="plain" aria-label=${TEXTS.close} @click=${() => this.close()}>✕</button>
        </div>
        <input
          role="combobox"
          aria-label=${TEXTS.search}
          aria-expanded="true"
          aria-controls="found"
          aria-autocomplete="list"
          aria-activedescendant=${items.length > 0 ? `item-${this.at}` : ""}
          placeholder=${TEXTS.search}
          autocomplete="off"
          @input=${this.typed}
          @keydown=${this.keyed}
        />
        <div class="row kinds" role="group" aria-label=${TEXTS.show}>
          ${CHOICES.map(
            (kind) => html`<button type="button" aria-pressed=${kind === this.kind ? "true" : "false"} @click=${() => this.narrow(kind)}>
              ${kind === undefined ? TEXTS.everyone : KINDS[kind]}
            </button>`,
          )}
        </div>
        <ul id="found" role="listbox" aria-label=${this.heading}>
          ${items.map((target, index) => this.item(target, index))}
        </ul>
        <div class="row spread">
          <p class="small faint" role="status">
            ${this.looking ? nothing : this.found.length === 0 && items.length === 0 ? TEXTS.nobody : TEXTS.found(numeral(this.found.length))}
          </p>
          ${this.mark === "" ? nothing : html`<button type="button" @click=${() => void this.look(this.mark)}>${TEXTS.more}</button>`}
        </div>
      </form>
    </dialog>`;
  }

  private item(target: Target, index: number): TemplateResult {
    const typed = target.kind === "number" && target.name === undefined;
    const name = typed ? TEXTS.typedNumber(target.number ?? "") : target.name || target.number || target.id;
    const kind = this.kind === undefined ? TARGETS[target.kind] : ""; // of one kind are all then
    const state = target.kind === "agent" && target.state ? (STATES[target.state as Availability] ?? target.state) : kind;
    return html`<li id=${`item-${index}`} role="option" aria-selected=${index === this.at ? "true" : "false"} @click=${() => this.pick(target)}>
      <span>${name} ${typed || target.number === undefined ? nothing : html`<span class="small faint number">${target.number}</span>`}</span>
      <span class="as small ${target.state === "ready" ? "ready" : "faint"}">${state}</span>
    </li>`;
  }

  /** The number typed in, if it is one and nobody has just that, and whoever was found. */
  private items(): readonly Target[] {
    const number = dialable(this.text);
    const known = this.found.some((target) => dialable(target.number ?? "") === number);
    return /^\+?[0-9*#]{2,32}$/.test(number) && !known ? [{ kind: "number", number }, ...this.found] : this.found;
  }

  private typed(): void {
    this.text = this.input.value.trim();
    this.at = 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), PAUSE);
  }

  private narrow(kind: TargetKind | undefined): void {
    this.kind = kind;
    this.at = 0;
    void this.look();
  }

  /** `after`: the mark of a page that is to be added to what was found. */
  private async look(after = ""): Promise<void> {
    const asked = (this.asked += 1);
    this.looking = true;
    const kind = this.kind === undefined ? {} : { kind: this.kind };
    const found = await this.search({ text: this.text, ...kind, ...(after === "" ? {} : { after }) });
    if (asked !== this.asked) return; // a later question is under way
    this.found = after === "" ? found.targets : [...this.found, ...found.targets];
    this.mark = found.after;
    this.looking = false;
    this.at = Math.min(this.at, Math.max(0, this.items().length - 1));
  }

  private keyed(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.items().length;
    if (step === undefined || count === 0) return;
    event.preventDefault();
    this.at = (this.at + step + count) % count;
    void this.updateComplete.then(() => this.shadowRoot?.getElementById(`item-${this.at}`)?.scrollIntoView({ block: "nearest" }));
  }

  private entered(event: Event): void {
    event.preventDefault();
    const target = this.items()[this.at];
    if (target !== undefined) this.pick(target);
  }

  private pick(target: Target): void {
    this.close();
    this.dispatchEvent(picked(target.number === undefined ? target : { ...target, number: dialable(target.number) }));
  }
}
