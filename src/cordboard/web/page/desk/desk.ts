import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Announcer } from "../parts/announcer";
import { control, NOTE } from "../parts/control";
import { look } from "../parts/look";
import { prefer, preference } from "../parts/preference";
import { TEXTS } from "../parts/texts";
import type { Toasts } from "../parts/toasts";
import type { Service, Target, View } from "../wire/model";
import { announcements, ringing } from "./announcements";
import { DeskModel } from "./desk-model";
import { contactName, openContacts, statesOf, type FullContact } from "./reading";
import { Ringtone } from "./ringtone";
import type { Targets } from "./targets";
import { CHOOSE, PICKED, WISH, type Choosing } from "./wishes";

import "../parts/announcer";
import "../parts/sign-in";
import "../parts/toasts";
import "./agent-state";
import "./banners";
import "./contact";
import "./dial";
import "./recent";
import "./targets";

const RING = "ring";

/** The agent's desk: state, contacts, and everything that can be done with them. `?agent=` names whom a demo is to sign in. */
@customElement("cb-desk")
export class Desk extends LitElement {
  static override styles = [
    look,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        padding: 0.5rem clamp(0.75rem, 3vw, 1.5rem);
        border-bottom: 1px solid var(--line);
        background: var(--card);
      }

      h1 {
        font-size: 1.1rem;
      }

      main {
        display: grid;
        grid-template: "state" "contacts" "side" / minmax(0, 1fr);
        gap: 1rem;
        max-width: 80rem;
        margin: 0 auto;
        padding: clamp(0.5rem, 2vw, 1.5rem);
      }

      .state {
        grid-area: state;
      }

      .contacts {
        display: grid;
        grid-area: contacts;
        align-content: start;
        gap: 1rem;
      }

      .side {
        display: grid;
        grid-area: side;
        align-content: start;
        gap: 1rem;
      }

      .empty {
        padding: 2.5rem 1rem;
        border: 1px dashed var(--line);
        border-radius: 8px;
        text-align: center;
      }

      @media (width >= 60rem) {
        main {
          grid-template: "state contacts" auto "side contacts" 1fr / 22rem minmax(0, 1fr);
        }
      }
    `,
  ];

  @state() private choosing: Choosing | undefined;
  @query("cb-toasts") private toasts!: Toasts;
  @query("cb-announcer") private announcer!: Announcer;
  @query("cb-targets") private targets!: Targets | null;
  private readonly model = new DeskModel(new URLSearchParams(location.search).get("agent") ?? "", {
    changed: () => this.requestUpdate(),
    viewed: (before, after) => this.viewed(before, after),
    said: (text) => this.toasts.show(text),
  });
  private readonly ringtone = new Ringtone();

  override connectedCallback(): void {
    super.connectedCallback();
    this.model.ringWanted = preference(RING) !== "off";
    this.addEventListener(NOTE, (event) => this.toasts.show((event as CustomEvent<string>).detail));
    this.addEventListener(WISH, (event) => void this.model.run((event as CustomEvent<Service>).detail));
    this.addEventListener(CHOOSE, (event) => void this.choose((event as CustomEvent<Choosing>).detail));
    this.addEventListener(PICKED, (event) => this.pick((event as CustomEvent<Target>).detail));
    for (const touch of ["pointerdown", "keydown"]) this.addEventListener(touch, () => this.ringtone.touched());
    window.addEventListener("online", () => this.model.reconnect());
    document.addEventListener("visibilitychange", () => document.hidden || this.model.reconnect());
    void this.model.start();
  }

  protected override render(): TemplateResult {
    return html`<cb-announcer></cb-announcer>${this.body()}<cb-toasts></cb-toasts>`;
  }

  protected override updated(): void {
    const { view } = this.model;
    const rings = this.model.phase === "desk" && view !== undefined ? ringing(view) : [];
    const [first] = rings;
    const title = first === undefined ? `${TEXTS.desk} · ${TEXTS.product}` : TEXTS.ringingTitle(contactName(first));
    if (document.title !== title) document.title = title;
    if (first !== undefined && this.model.rings && this.model.ringWanted) this.ringtone.start();
    else this.ringtone.stop();
    const { choosing } = this;
    if (choosing?.contact !== undefined && view?.contacts?.[choosing.contact] === undefined) this.targets?.close();
  }

  private body(): TemplateResult | typeof nothing {
    switch (this.model.phase) {
      case "starting":
        return nothing;
      case "sign-in":
        return html`<main>
          <cb-sign-in
            heading=${TEXTS.desk}
            reason=${this.model.reason}
            .signIn=${({ user, password }: { user: string; password: string }) => this.model.signIn(user, password)}
          ></cb-sign-in>
        </main>`;
      case "desk":
        return this.desk();
    }
  }

  private desk(): TemplateResult {
    const { view, clock } = this.model;
    return html`${this.top(view)}
      <cb-banners .status=${this.model.status} .view=${view} .clock=${clock} .reconnect=${() => this.model.reconnect()}></cb-banners>
      ${view === undefined ? html`<main><p class="empty faint">${TEXTS.connecting}</p></main>` : this.main(view)}
      <cb-targets heading=${this.choosing?.heading ?? ""} .search=${(text: string) => this.model.targets(text)}></cb-targets>`;
  }

  private top(view: View | undefined): TemplateResult {
    const profile = view?.profile;
    const name = profile?.name || profile?.login || profile?.id || view?.subject.replace("agent/", "") || TEXTS.desk;
    return html`<header class="top">
      <h1>${name}${profile?.extension ? html` <span class="faint small number">${profile.extension}</span>` : nothing}</h1>
      <div class="row">
        ${control({
          label: this.model.ringsElsewhere ? TEXTS.ringElsewhere : this.model.ringWanted ? TEXTS.ringOn : TEXTS.ringOff,
          refused: "",
          look: "plain",
          press: () => this.toggleRing(),
        })}
        ${control({ label: TEXTS.signOut, refused: "", look: "plain", press: () => this.model.signOut() })}
      </div>
    </header>`;
  }

  private main(view: View): TemplateResult {
    const { clock } = this.model;
    const states = statesOf(view);
    const call = this.model.refused("", "MakeCall");
    return html`<main>
      <cb-agent-state
        class="state"
        .states=${states}
        .profile=${view.profile}
        .clock=${clock}
        refused=${this.model.refused("", "SetAgentState")}
      ></cb-agent-state>
      <section class="contacts" aria-label=${TEXTS.contacts}>
        ${repeat(
          openContacts(view),
          (contact) => contact.id,
          (contact) => this.contact(view, contact),
        )}
        ${Object.keys(view.contacts ?? {}).length === 0
          ? html`<p class="empty faint">${states[0]?.state === "ready" ? TEXTS.noContacts : TEXTS.noContactsNotReady}</p>`
          : nothing}
      </section>
      <div class="side">
        <cb-dial refused=${call}></cb-dial>
        <cb-recent .contacts=${view.recent ?? []} .profile=${view.profile} refused=${call}></cb-recent>
      </div>
    </main>`;
  }

  private contact(view: View, contact: FullContact): TemplateResult {
    return html`<cb-contact
      .contact=${contact}
      .profile=${view.profile}
      .clock=${this.model.clock}
      .refusedFor=${(id: string, service: Service["service"]) => this.model.refused(id, service)}
    ></cb-contact>`;
  }

  private viewed(before: View | undefined, after: View): void {
    const said = announcements(before, after);
    for (const urgent of [true, false]) {
      const texts = said.filter((item) => item.urgent === urgent).map((item) => item.text);
      if (texts.length > 0) this.announcer.say(texts.join(". "), urgent);
    }
  }

  private async choose(choosing: Choosing): Promise<void> {
    this.choosing = choosing;
    await this.updateComplete;
    this.targets?.open();
  }

  private pick(target: Target): void {
    const { choosing } = this;
    this.choosing = undefined;
    if (choosing !== undefined) void this.model.run(choosing.then(target));
  }

  private toggleRing(): void {
    const wanted = !this.model.ringWanted || this.model.ringsElsewhere;
    prefer(RING, wanted ? "on" : "off");
    this.model.wantRing(wanted);
    if (wanted) this.ringtone.touched();
  }
}
