import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";

import { control } from "../parts/control";
import { look } from "../parts/look";
import type { Credentials } from "../parts/sign-in";
import type { Toasts } from "../parts/toasts";
import { top } from "../parts/top";
import { ACT, FAULT, PLAY, type Act, type FaultWish } from "./acts";
import { ConsoleModel } from "./console-model";
import type { Centre, Faults, FloorState } from "./floor";
import { WORDS } from "./words";

import "../parts/sign-in";
import "../parts/toasts";
import "./agents";
import "./arrivals";
import "./calls";
import "./campaigns";
import "./faults";
import "./journal";
import "./queues";
import "./ring-in";
import "./scenarios";

/** The simulated contact centre, seen from above, and everything that can be done to it. `?link=` names another than `sim`. */
@customElement("cb-console")
export class ConsolePage extends LitElement {
  static override styles = [
    look,
    top,
    css`
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-width: 96rem;
        margin: 0 auto;
        padding: clamp(0.5rem, 2vw, 1.5rem);
      }

      main > div {
        display: grid;
        align-content: start;
        gap: 1rem;
        min-width: 0;
      }

      @media (width >= 56rem) {
        main {
          grid-template-columns: 20rem minmax(0, 1fr);
          grid-template-rows: auto 1fr;
        }

        main > div:first-child {
          grid-row: 1 / span 2;
        }
      }

      @media (width >= 84rem) {
        main {
          grid-template-columns: 20rem minmax(0, 1fr) minmax(0, 30rem);
          grid-template-rows: auto;
        }
      }
    `,
  ];

  @query("cb-toasts") private toasts!: Toasts;
  private readonly model = new ConsoleModel(new URLSearchParams(location.search).get("link") ?? "sim", {
    changed: () => this.requestUpdate(),
    said: (text) => this.toasts.show(text),
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener(ACT, (event) => void this.model.act((event as CustomEvent<Act>).detail));
    this.addEventListener(FAULT, (event) => void this.model.fault((event as CustomEvent<FaultWish>).detail));
    this.addEventListener(PLAY, (event) => void this.model.play((event as CustomEvent<string>).detail));
    void this.model.start();
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
      case "floor":
        return this.floor();
    }
  }

  private floor(): TemplateResult {
    const { centre, state, faults, trouble } = this.model;
    return html`${this.top(centre, state)}
      <div role="status">${trouble === "" ? nothing : html`<p class="trouble">${trouble}</p>`}</div>
      ${centre === undefined || state === undefined || faults === undefined ? html`<main></main>` : this.main(centre, state, faults)}`;
  }

  private top(centre: Centre | undefined, state: FloorState | undefined): TemplateResult {
    return html`<header class="top">
      <h1>${WORDS.link(this.model.link, centre?.name ?? WORDS.signInHeading)}</h1>
      <div class="row">
        ${state === undefined || state.speed === 1 ? nothing : html`<span class="faint">${WORDS.speedNow(state.speed)}</span>`}
        <a href="/desk/">${WORDS.desk}</a>
        <a href="/inspector/">${WORDS.inspector}</a>
        ${control({ label: WORDS.signOut, refused: "", look: "plain", press: () => this.model.signOut() })}
      </div>
    </header>`;
  }

  private main(centre: Centre, state: FloorState, faults: Faults): TemplateResult {
    const { clock, scenarios, progress } = this.model;
    return html`<main>
      <div>
        <cb-ring-in .centre=${centre} .floor=${state}></cb-ring-in>
        <cb-arrivals .centre=${centre} .floor=${state}></cb-arrivals>
        <cb-campaigns .centre=${centre} .floor=${state}></cb-campaigns>
        <cb-faults .faults=${faults}></cb-faults>
        <cb-scenarios .scenarios=${scenarios} .progress=${progress}></cb-scenarios>
      </div>
      <div>
        <cb-agents .centre=${centre} .floor=${state} .clock=${clock}></cb-agents>
        <cb-queues .centre=${centre} .floor=${state} .clock=${clock}></cb-queues>
        <cb-calls .floor=${state} .clock=${clock}></cb-calls>
      </div>
      <div>
        <cb-journal .records=${this.model.records}></cb-journal>
      </div>
    </main>`;
  }
}
