import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Announcer } from "../parts/announcer";
import { NOTE } from "../parts/control";
import { icon, type Icon } from "../parts/icons";
import { look } from "../parts/look";
import { CONTROLS, refusalText, TEXTS } from "../parts/texts";
import type { Toasts } from "../parts/toasts";
import type { Service, Target, View } from "../wire/model";
import type { AgentStateCard } from "./agent-state";
import { Alerts } from "./alerts";
import { AlmostOver } from "./almost-over";
import { announcements, ringing } from "./announcements";
import type { ContactCard } from "./contact";
import type { Help } from "./help";
import { panelLook } from "./panel-look";
import { performance } from "./performing";
import { currentContact, inCall, openContacts, statesOf, type FullContact } from "./reading";
import type { Settings } from "./settings";
import { actionOf, shortcutsWanted, type Action } from "./shortcuts";
import type { PanelSource, Question } from "./source";
import type { Tab } from "./tabs";
import type { Targets } from "./targets";
import { CHOOSE, PICKED, SELECT, WISH, type Choosing } from "./wishes";

import "../parts/announcer";
import "../parts/toasts";
import "../parts/why";
import "./agent-state";
import "./banners";
import "./board";
import "./callbacks";
import "./contact";
import "./dial";
import "./help";
import "./messages";
import "./recent";
import "./settings";
import "./tabs";
import "./targets";

/** Narrower than this shows one view at a time. */
const NARROW = 600;

/** One for all, so that who shows nothing is not told that it changed. */
const NOTHING: readonly never[] = [];

/**
 * The agent panel: state, contacts, and everything that can be done with them, at any width from 200 pixels up. It shows its
 * `source` and hands it the agent's wishes. It fills the window unless a rule for `cb-panel` gives it another height.
 *
 * It speaks the language of the document (`<html lang>`). Its colours and sizes stand in page.css; `theme="dark"` or `"light"` on it, or above it, forces a look.
 */
@customElement("cb-panel")
export class Panel extends LitElement {
  static override styles = [look, panelLook];

  @property({ attribute: false }) source!: PanelSource;
  /** Neither tone nor notification: whoever shows the panel has its own. */
  @property({ type: Boolean }) mute = false;
  @state() private narrow = false;
  @state() private tab: Tab = "contacts";
  /** Whether the board is unfolded, where there is room for all at once. */
  @state() private unfolded = false;
  private following = false;
  @state() private chosen = "";
  @state() private choosing: Choosing | undefined;
  /** Why the contact centre does not join two contacts; known only once it was asked. */
  @state() private unjoined = "";
  @query("cb-toasts") private toasts!: Toasts;
  @query("cb-announcer") private announcer!: Announcer;
  @query("cb-targets") private targets!: Targets | null;
  @query("cb-settings") private settings!: Settings;
  @query("cb-help") private help!: Help;
  @query("cb-agent-state") private stateCard!: AgentStateCard | null;
  private readonly alerts = new Alerts((contact) => this.select(contact));
  private readonly almostOver = new AlmostOver(
    () => this.source.clock.now(),
    (text) => this.announcer.say(text),
  );
  private readonly widths = new ResizeObserver(([entry]) => {
    if (entry !== undefined) this.narrow = entry.contentRect.width < NARROW;
  });
  private deaf: (() => void) | undefined;
  private readonly keyed = (event: KeyboardEvent): void => this.key(event);
  private readonly leaving = (event: BeforeUnloadEvent): void => {
    // Within another page it is that page's to ask: agents go from record to record there, with the panel on each.
    if (window.parent === window && this.source.view !== undefined && inCall(this.source.view)) event.preventDefault();
  };

  /** The contact that is in front: what shortcuts act on. */
  get current(): FullContact | undefined {
    const { view } = this.source;
    return view === undefined ? undefined : currentContact(openContacts(view), this.chosen);
  }

  /** Brings a contact to the front. Not one that is not open. */
  select(contact: string): boolean {
    if (this.source.view?.contacts?.[contact] === undefined) return false;
    this.chosen = contact;
    this.tab = "contacts";
    void this.updateComplete.then(() => this.card(contact)?.focus());
    return true;
  }

  /** Shows the agent a text for a while. */
  note(text: string): void {
    this.toasts.show(text);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.widths.observe(this);
    this.addEventListener(NOTE, (event) => this.note((event as CustomEvent<string>).detail));
    this.addEventListener(WISH, (event) => void this.wish((event as CustomEvent<Service>).detail));
    this.addEventListener(CHOOSE, (event) => void this.choose((event as CustomEvent<Choosing>).detail));
    this.addEventListener(PICKED, (event) => this.pick((event as CustomEvent<Target>).detail));
    this.addEventListener(SELECT, (event) => this.select((event as CustomEvent<string>).detail));
    for (const touch of ["pointerdown", "keydown"]) this.addEventListener(touch, () => this.alerts.touched());
    window.addEventListener("keydown", this.keyed);
    window.addEventListener("beforeunload", this.leaving);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.widths.disconnect();
    this.deaf?.();
    this.almostOver.stop();
    window.removeEventListener("keydown", this.keyed);
    window.removeEventListener("beforeunload", this.leaving);
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    if (!changes.has("source")) return;
    this.deaf?.();
    this.deaf = this.source.listen({
      changed: () => this.requestUpdate(),
      viewed: (before, after) => this.viewed(before, after),
      said: (text) => this.note(text),
    });
    if (!this.mute) this.alerts.begin(this.source);
  }

  protected override render(): TemplateResult {
    const { source } = this;
    const { view } = source;
    return html`<div class="shell">
        ${this.top(view)}
        <div>
          <cb-banners
            .status=${source.status}
            .view=${view}
            .maintenance=${source.maintenance}
            .clock=${source.clock}
            .reconnect=${() => source.reconnect()}
          ></cb-banners>
          <cb-messages .messages=${source.messages ?? NOTHING} .clock=${source.clock}></cb-messages>
        </div>
        <main>${view === undefined ? html`<p class="empty faint">${TEXTS.connecting}</p>` : this.room(view)}</main>
        <cb-toasts docked></cb-toasts>
        ${this.narrow ? this.tabs(view) : nothing}
        <cb-targets heading=${this.choosing?.heading ?? ""} .search=${(question: Question) => source.targets(question)}></cb-targets>
        <cb-settings .source=${source} .alerts=${this.alerts} ?mute=${this.mute}></cb-settings>
        <cb-help></cb-help>
        <cb-why></cb-why>
      </div>
      <cb-announcer></cb-announcer>`;
  }

  protected override updated(): void {
    const { view } = this.source;
    if (!this.mute) this.alerts.ringing(this.source, view === undefined ? [] : ringing(view));
    const { choosing } = this;
    if (choosing?.contact !== undefined && view?.contacts?.[choosing.contact] === undefined) this.targets?.close();
    this.settings.requestUpdate();
    const follows = view !== undefined && (this.narrow ? this.tab === "board" : this.unfolded);
    if (follows !== this.following) {
      this.following = follows;
      this.source.follow?.(follows);
    }
  }

  private top(view: View | undefined): TemplateResult {
    const profile = view?.profile;
    const name = profile?.name || profile?.login || profile?.id || view?.subject.replace("agent/", "") || TEXTS.desk;
    return html`<header class="top">
      <h1>${name}${profile?.extension ? html` <span class="faint small number">${profile.extension}</span>` : nothing}</h1>
      <div class="row">
        ${this.mute ? nothing : this.bell()}
        ${this.tool("settings", TEXTS.settings, () => this.settings.open())} ${this.tool("help", TEXTS.shortcuts, () => this.help.open())}
      </div>
    </header>`;
  }

  private bell(): TemplateResult {
    const away = this.source.doer("ringtone") === "elsewhere";
    if (away) return this.tool("bell-away", TEXTS.ringElsewhere, () => this.alerts.ring(this.source, true));
    const { rings } = this.alerts;
    return this.tool(rings ? "bell" : "bell-off", rings ? TEXTS.ringOn : TEXTS.ringOff, () => this.alerts.ring(this.source, !rings));
  }

  private tool(drawing: Icon, name: string, press: () => void): TemplateResult {
    return html`<button type="button" class="plain icon" aria-label=${name} aria-disabled="false" title=${name} @click=${press}>
      ${icon(drawing)}${drawing.startsWith("bell") && !this.narrow ? html`<span>${name}</span>` : nothing}
    </button>`;
  }

  private room(view: View): TemplateResult {
    const { source } = this;
    const all = !this.narrow;
    const states = statesOf(view);
    const contacts = this.ordered(openContacts(view));
    const call = source.refused("", "MakeCall");
    return html`<div class="room">
      <cb-agent-state
        class="state"
        .states=${states}
        .profile=${view.profile}
        .clock=${source.clock}
        ?brief=${this.narrow}
        refused=${source.refused("", "SetAgentState")}
      ></cb-agent-state>
      ${all || this.tab === "contacts"
        ? html`<section class="contacts" aria-label=${TEXTS.contacts}>
            ${repeat(
              contacts,
              (contact) => contact.id,
              (contact) => this.contact(view, contact, contacts),
            )}
            ${contacts.length === 0
              ? html`<p class="empty faint">${states.some(({ state }) => state === "ready") ? TEXTS.noContacts : TEXTS.noContactsNotReady}</p>`
              : nothing}
          </section>`
        : nothing}
      <div class="side" ?hidden=${!all && this.tab === "contacts"}>
        ${all || this.tab === "dial" ? html`<cb-dial refused=${call}></cb-dial>` : nothing}
        ${all || this.tab === "recent" ? this.past(view, call) : nothing}
        ${all || this.tab === "board" ? this.board() : nothing}
      </div>
    </div>`;
  }

  /** Whom the agent has promised a call, and whom they were with. */
  private past(view: View, refused: string): TemplateResult {
    const callbacks = Object.values(view.callbacks ?? {});
    return html`${callbacks.length === 0
        ? nothing
        : html`<cb-callbacks
            .callbacks=${callbacks}
            .clock=${this.source.clock}
            refused=${refused}
            bound=${this.source.refused("", "CancelCallback")}
          ></cb-callbacks>`}
      <cb-recent .contacts=${view.recent ?? []} .profile=${view.profile} refused=${refused}></cb-recent>`;
  }

  private board(): TemplateResult | typeof nothing {
    const { board, clock } = this.source;
    if (board === undefined) return nothing;
    const shown = html`<cb-board .board=${board} .clock=${clock}></cb-board>`;
    if (this.narrow) return html`<div class="card">${shown}</div>`;
    return html`<details class="card" ?open=${this.unfolded} @toggle=${(event: Event) => void (this.unfolded = (event.target as HTMLDetailsElement).open)}>
      <summary>${TEXTS.board}</summary>
      ${this.unfolded ? shown : nothing}
    </details>`;
  }

  /** In a narrow panel those behind the one in front come last. */
  private ordered(contacts: FullContact[]): FullContact[] {
    return this.narrow ? contacts.sort((one, other) => Number(this.folded(one)) - Number(this.folded(other))) : contacts;
  }

  private folded(contact: FullContact): boolean {
    return this.narrow && contact.phase !== "offered" && contact.id !== this.current?.id;
  }

  private contact(view: View, contact: FullContact, contacts: readonly FullContact[]): TemplateResult {
    return html`<cb-contact
      data-contact=${contact.id}
      .contact=${contact}
      .contacts=${contacts}
      .profile=${view.profile}
      .clock=${this.source.clock}
      .refusedFor=${(id: string, service: Service["service"]) => this.source.refused(id, service)}
      .run=${(service: Service) => this.source.run(service)}
      .utterances=${view.utterances?.[contact.id] ?? NOTHING}
      .suggestions=${view.suggestions?.[contact.id] ?? NOTHING}
      unjoined=${this.unjoined}
      ?folded=${this.folded(contact)}
    ></cb-contact>`;
  }

  private tabs(view: View | undefined): TemplateResult {
    return html`<cb-tabs
      tab=${this.tab}
      ?boards=${this.source.follow !== undefined}
      .counts=${{ contacts: Object.keys(view?.contacts ?? {}).length, recent: Object.keys(view?.callbacks ?? {}).length }}
      @cb-tab=${({ detail }: CustomEvent<Tab>) => void (this.tab = detail)}
    ></cb-tabs>`;
  }

  private viewed(before: View | undefined, after: View): void {
    const came = Object.keys(after.contacts ?? {}).some((id) => before?.contacts?.[id] === undefined);
    if (came) this.tab = "contacts";
    this.almostOver.viewed(after);
    const said = announcements(before, after);
    for (const urgent of [true, false]) {
      const texts = said.filter((item) => item.urgent === urgent).map((item) => item.text);
      if (texts.length > 0) this.announcer.say(texts.join(". "), urgent);
    }
  }

  private async wish(service: Service): Promise<void> {
    const outcome = await this.source.run(service);
    if ("other" in service && outcome.outcome === "refused" && outcome.code === "impossible-here") this.unjoined = outcome.code;
  }

  private async choose(choosing: Choosing): Promise<void> {
    this.choosing = choosing;
    await this.updateComplete;
    this.targets?.open();
  }

  private pick(target: Target): void {
    const { choosing } = this;
    this.choosing = undefined;
    if (choosing !== undefined) void this.source.run(choosing.then(target));
  }

  private key(event: KeyboardEvent): void {
    if (event.composedPath().some((item) => item instanceof HTMLDialogElement && item.open)) return;
    const action = shortcutsWanted() ? actionOf(event) : undefined;
    if (action === undefined) return;
    event.preventDefault();
    void this.perform(action);
  }

  /** Does what a shortcut says: what would be refused says why, as its button does. */
  private async perform(action: Action): Promise<void> {
    const { current } = this;
    const found = performance(action, action === "answer" || action === "decline" ? (this.offered() ?? current) : current);
    if (found === undefined) return this.show(action, current);
    const service = "service" in found ? found.service : found.choosing.then({ kind: "number" });
    const why = this.source.refused("contact" in service ? (service.contact ?? "") : "", service.service);
    const what = (CONTROLS as { readonly [name: string]: string })[service.service] ?? "";
    if (why !== "") return this.note(TEXTS.refused(what, refusalText(why)));
    if ("choosing" in found) return this.choose(found.choosing);
    await this.source.run(found.service);
  }

  private async show(action: Action, current: FullContact | undefined): Promise<void> {
    switch (action) {
      case "notReady":
        return this.stateCard?.openReasons();
      case "settings":
        return this.settings.open();
      case "help":
        return this.help.open();
      case "dial":
      case "recent":
        this.tab = action;
        await this.updateComplete;
        return this.shadowRoot?.querySelector<HTMLElement>(action === "dial" ? "cb-dial" : "cb-recent")?.focus();
      case "next":
        return this.next(current);
      case "keypad":
        return current === undefined ? undefined : this.card(current.id)?.toggleKeypad();
      case "notes":
        return current === undefined ? undefined : this.card(current.id)?.writeNotes();
      default:
    }
  }

  private next(current: FullContact | undefined): void {
    const contacts = this.source.view === undefined ? [] : openContacts(this.source.view);
    const at = contacts.findIndex((contact) => contact.id === current?.id);
    const next = contacts[(at + 1) % Math.max(1, contacts.length)];
    if (next !== undefined) this.select(next.id);
  }

  private offered(): FullContact | undefined {
    return this.source.view === undefined ? undefined : ringing(this.source.view)[0];
  }

  private card(contact: string): ContactCard | null {
    return this.shadowRoot?.querySelector<ContactCard>(`cb-contact[data-contact="${CSS.escape(contact)}"]`) ?? null;
  }
}
