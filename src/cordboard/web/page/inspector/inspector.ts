import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import type { Credentials } from "../parts/sign-in";
import type { Toasts } from "../parts/toasts";
import { top } from "../parts/top";
import { InspectorModel, type Wanted } from "./inspector-model";
import { WANT } from "./list";
import { hashOf, placeOf, type Place } from "./place";
import { DOWNLOAD } from "./way";
import { WORDS } from "./words";

import "../parts/sign-in";
import "../parts/toasts";
import "./feed";
import "./list";
import "./way";

/** Every contact, and the way of each: from the link's frame to the pages, and from the pages' commands to the link. */
@customElement("cb-inspector")
export class InspectorPage extends LitElement {
  static override styles = [
    look,
    top,
    css`
      nav a {
        display: inline-block;
        padding: 0.35rem 0.6rem;
        border-radius: 6px;
        text-decoration: none;
      }

      nav a[aria-current="page"] {
        background: var(--sunk);
        color: var(--ink);
        font-weight: 600;
      }

      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-width: 96rem;
        margin: 0 auto;
        padding: clamp(0.5rem, 2vw, 1.5rem);
      }

      .narrow main {
        max-width: 60rem;
      }

      .one {
        max-width: 24rem;
      }

      @media (width < 40rem) {
        nav {
          margin-inline-start: -0.4rem;
        }

        nav a {
          padding: 0.1rem 0.4rem;
        }
      }

      .chosen cb-contact-list {
        display: none;
      }

      @media (width >= 56rem) {
        .two main {
          grid-template-columns: minmax(18rem, 24rem) minmax(0, 1fr);
          align-items: start;
        }

        .chosen cb-contact-list {
          display: block;
        }

        .chosen .back {
          display: none;
        }
      }
    `,
  ];

  @query("cb-toasts") private toasts!: Toasts;
  private readonly model = new InspectorModel(location.hash, () => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.moved);
    this.addEventListener(WANT, (event) => this.model.want((event as CustomEvent<Wanted>).detail));
    this.addEventListener(DOWNLOAD, () => void this.download());
    void this.model.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.moved);
    this.model.stop();
  }

  protected override render(): TemplateResult {
    return html`${this.body()}<cb-toasts></cb-toasts>`;
  }

  private body(): TemplateResult | typeof nothing {
    switch (this.model.phase) {
      case "starting":
        return nothing;
      case "sign-in":
        return html`<main>
          <cb-sign-in
            heading=${WORDS.signInHeading}
            reason=${this.model.reason}
            .signIn=${({ user, password }: Credentials) => this.model.signIn(user, password)}
          ></cb-sign-in>
        </main>`;
      case "open":
        return this.open();
    }
  }

  private open(): TemplateResult {
    const { trouble, place } = this.model;
    const shape = place.view === "contacts" ? `two ${place.contact === "" ? "" : "chosen"}` : "narrow";
    return html`<div class=${shape}>
      ${this.top(place)}
      <div role="status">${trouble === "" ? nothing : html`<p class="trouble">${trouble}</p>`}</div>
      <main>${this.view(place)}</main>
    </div>`;
  }

  private top(place: Place): TemplateResult {
    const views: readonly Place[] = [
      { view: "contacts", subject: "", contact: "" },
      { view: "follow", subject: "" },
      { view: "odd" },
    ];
    return html`<header class="top">
      <h1>${WORDS.title}</h1>
      <nav aria-label=${WORDS.views}>
        ${views.map((item) => html`<a href=${hashOf(item)} aria-current=${item.view === place.view ? "page" : "false"}>${WORDS[item.view]}</a>`)}
      </nav>
      <div class="row">
        <a href="/desk/">${WORDS.desk}</a>
        <a href="/console/">${WORDS.console}</a>
        ${control({ label: WORDS.signOut, refused: "", look: "plain", press: () => this.model.signOut() })}
      </div>
    </header>`;
  }

  private view(place: Place): TemplateResult {
    const { lines, agents, wanted, clock, way, lost, feed, odd, recorded } = this.model;
    switch (place.view) {
      case "contacts":
        return html`<cb-contact-list
            .lines=${lines}
            .agents=${agents}
            .wanted=${wanted}
            .clock=${clock}
            chosen=${place.contact === "" ? "" : `${place.subject}/${place.contact}`}
          ></cb-contact-list>
          <div class="stack">
            ${place.contact === ""
              ? html`<p class="faint">${WORDS.choose}</p>`
              : html`<p class="back"><a href="#/contacts">${WORDS.back}</a></p>
                  ${way === undefined ? html`<p class="faint" role="status">${lost}</p>` : html`<cb-way .way=${way}></cb-way>`}`}
          </div>`;
      case "follow":
        return html`<div class="stack">
          <label class="one">
            ${WORDS.agent}
            <select @change=${(event: Event) => this.go({ view: "follow", subject: (event.target as HTMLSelectElement).value })}>
              <option value="">${WORDS.chooseAgent}</option>
              ${agents.map(({ id, name }) => html`<option value=${`agent/${id}`} ?selected=${place.subject === `agent/${id}`}>${name}</option>`)}
            </select>
          </label>
          ${place.subject === "" ? html`<p class="faint">${WORDS.followHint}</p>` : html`<cb-feed .steps=${feed} ?off=${recorded === 0} empty=${WORDS.nothingYet}></cb-feed>`}
        </div>`;
      case "odd":
        return html`<cb-feed .steps=${odd?.steps} ?off=${odd?.recorded === 0} empty=${WORDS.nothingOdd}></cb-feed>`;
    }
  }

  private readonly moved = (): void => this.model.go(placeOf(location.hash));

  private go(place: Place): void {
    location.hash = hashOf(place);
  }

  private async download(): Promise<void> {
    const { place } = this.model;
    if (place.view !== "contacts") return;
    try {
      const text = await this.model.download();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = `contact-${place.contact}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      this.toasts.show(error instanceof Error ? error.message : String(error));
    }
  }
}
