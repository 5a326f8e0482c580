import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { look } from "./look";
import { refusalText, TEXTS } from "./texts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Asks for name and password. `signIn` rejects with a code when they do not do; whoever owns it takes it away when they do. */
@customElement("cb-sign-in")
export class SignIn extends LitElement {
  static override styles = [
    look,
    css`
      form {
        max-width: 22rem;
        margin: clamp(1rem, 12vh, 8rem) auto 1rem;
        text-align: start;
      }

      h1 {
        font-size: 1.4rem;
      }

      .bad {
        color: var(--bad);
      }
    `,
  ];

  @property() heading = "";
  @property() reason = "";
  @property({ attribute: false }) signIn: (credentials: Credentials) => Promise<void> = () => Promise.resolve();
  @state() private code = "";
  @state() private busy = false;
  @query("#user") private user!: HTMLInputElement;
  @query("#password") private password!: HTMLInputElement;

  protected override firstUpdated(): void {
    this.user.focus();
  }

  protected override render(): TemplateResult {
    return html`<form class="card stack" @submit=${this.submitted}>
      <h1>${this.heading}</h1>
      <label>${TEXTS.user}<input id="user" name="username" autocomplete="username" autocapitalize="none" required /></label>
      <label>${TEXTS.password}<input id="password" name="password" type="password" autocomplete="current-password" required /></label>
      ${this.code === ""
        ? html`<p class="faint" role="status" ?hidden=${this.reason === ""}>${this.reason}</p>`
        : html`<p class="bad" role="alert">${refusalText(this.code)}</p>`}
      <button class="main" aria-disabled=${this.busy ? "true" : "false"}>${TEXTS.signIn}</button>
    </form>`;
  }

  private async submitted(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.code = "";
    try {
      await this.signIn({ user: this.user.value, password: this.password.value });
    } catch (error) {
      this.code = error instanceof Error && "code" in error ? String(error.code) : "internal";
      this.password.value = "";
      this.password.focus();
    } finally {
      this.busy = false;
    }
  }
}
