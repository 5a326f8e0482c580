import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { Guest } from "../embed/guest";
import { appear } from "../parts/appearance";
import { look } from "../parts/look";
import { origins } from "../parts/origins";
import { TEXTS } from "../parts/texts";
import { ringing } from "./announcements";
import { Entrance, type Entry, type TokenGiver } from "./entrance";
import type { Panel } from "./panel";
import { contactName } from "./reading";

import "../parts/sign-in";
import "./panel";

/**
 * The whole page of an agent: the way in, and the panel. By its address: `agent` (whom a demo is to sign in), `lang`, `theme`
 * (`dark` or `light`), `sign-in=embedder` (the page around hands over tokens).
 */
@customElement("cb-agent-page")
export class AgentPage extends LitElement {
  static override styles = [
    look,
    css`
      main {
        padding: 0.5rem;
      }

      .waiting {
        padding: 3rem 1rem;
        text-align: center;
      }
    `,
  ];

  /** `desk` or `panel`: what the page calls itself. */
  @property() kind: "desk" | "panel" = "desk";
  /** The origins whose pages may embed this one, between spaces; the hub writes them in. */
  @property() embedders = "";
  @query("cb-panel") private panel!: Panel | null;
  private readonly asked = new URLSearchParams(location.search);
  private readonly entrance = new Entrance(this.asked.get("agent") ?? "", this.asked.get("sign-in") === "embedder", () => this.changed());
  private guest: Guest | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    appear(this.asked, this.lang);
    window.addEventListener("online", () => this.reconnect());
    document.addEventListener("visibilitychange", () => document.hidden || this.reconnect());
    if (this.kind === "panel") this.embed();
    void this.entrance.start();
  }

  protected override render(): TemplateResult {
    const { entry } = this.entrance;
    switch (entry.phase) {
      case "starting":
        return html`<main></main>`;
      case "waiting":
        return html`<main><p class="waiting faint" role="status">${TEXTS.waitingForPage}</p></main>`;
      case "sign-in":
        return html`<main>
          <cb-sign-in
            heading=${TEXTS[this.kind]}
            reason=${entry.reason}
            .signIn=${({ user, password }: { user: string; password: string }) => this.entrance.signIn(user, password)}
          ></cb-sign-in>
        </main>`;
      case "in":
        return html`<cb-panel .source=${entry.model}></cb-panel>`;
    }
  }

  protected override updated(): void {
    this.titled(this.entrance.entry);
  }

  private changed(): void {
    const { entry } = this.entrance;
    if (entry.phase === "in") entry.model.listen({ changed: () => this.titled(entry) });
    this.guest?.attach(entry.phase === "in" ? entry.model : undefined);
    this.requestUpdate();
  }

  private embed(): void {
    const embedded = {
      takeTokens: (giver: TokenGiver) => this.entrance.takeTokens(giver),
      select: (contact: string) => this.panel?.select(contact) ?? false,
    };
    this.guest = new Guest(embedded, origins(this.embedders));
    this.guest.listen();
  }

  private titled(entry: Entry): void {
    if (entry !== this.entrance.entry) return;
    const view = entry.phase === "in" ? entry.model.view : undefined;
    const first = view === undefined ? undefined : ringing(view)[0];
    const title = first === undefined ? `${TEXTS[this.kind]} · ${TEXTS.product}` : TEXTS.ringingTitle(contactName(first));
    if (document.title !== title) document.title = title;
  }

  private reconnect(): void {
    const { entry } = this.entrance;
    if (entry.phase === "in") entry.model.reconnect();
  }
}
