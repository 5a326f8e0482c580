import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { PanelModel, socketUrl } from "./panel";
import { look, TEXTS } from "./world";

/** What the face asks of the page that it is the face of. */
export interface Host {
  /** A token of the agent; `fresh` when the last one did not do. */
  readonly token: (fresh: boolean) => Promise<string>;
  /** Opens the login window. It is called on a click, so that browsers let it. */
  readonly signIn: () => void;
  /** Signs the agent out on all their pages. */
  readonly signOut: () => void;
  /** The login holds no more: whoever else uses it has to be told. */
  readonly revoked: () => void;
}

/**
 * What the CCP page shows within its frame: the agent panel while the agent is signed in, and the way to sign in otherwise.
 *
 * The panel neither rings nor notifies: the library in the embedding page does, unless that page has told it not to.
 */
@customElement("cb-ccp-face")
export class CcpFace extends LitElement {
  static override styles = [
    look,
    css`
      :host {
        container-type: inline-size;
      }

      main {
        display: grid;
        align-content: center;
        justify-items: center;
        gap: 0.75rem;
        min-height: 100vh;
        min-height: 100dvh;
        padding: 0.75rem;
        text-align: center;
      }

      img {
        width: 2.5rem;
      }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** Whether it is not known yet if a sign-in is needed. */
  @property({ type: Boolean }) starting = false;
  @state() private model: PanelModel | undefined;

  /** The agent came or went. */
  turn(signedIn: boolean): void {
    if (signedIn === (this.model !== undefined)) return;
    this.model?.leave();
    this.model = signedIn ? this.plugged() : undefined;
  }

  /** Tries now what it would try later. */
  reconnect(): void {
    this.model?.reconnect();
  }

  protected override render(): TemplateResult {
    if (this.model !== undefined) return html`<cb-panel mute .source=${this.model}></cb-panel>`;
    if (this.starting) return html`<main><p class="faint" role="status">${TEXTS.connecting}</p></main>`;
    return html`<main>
      <img src="/static/cordboard.svg" alt="" />
      <p role="status">${TEXTS.signedOutHere}</p>
      <button type="button" class="main" @click=${() => this.host.signIn()}>${TEXTS.signIn}</button>
    </main>`;
  }

  private plugged(): PanelModel {
    const { host } = this;
    const model: PanelModel = new PanelModel({ url: socketUrl(), client: "streams ccp", token: host.token, signOut: host.signOut });
    model.listen({
      changed: () => {
        if (this.model === model && model.status.state === "ended" && model.status.why === "sign-in") host.revoked();
      },
    });
    model.connect();
    return model;
  }
}
