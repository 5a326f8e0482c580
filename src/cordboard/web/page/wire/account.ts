// Who uses the page, and the token that shows it. It is kept in memory only: a page that is loaded again signs in again.

import { called, Refusal } from "./http";
import type { Identity } from "./frames";

export interface Login {
  readonly token: string;
  readonly expires: number;
  readonly identity: Identity;
}

/** Whether the hub has a demo for whoever looks at this page, as it wrote into the page; a page without that word may ask. */
export function mayBeDemo(): boolean {
  return document.querySelector<HTMLMetaElement>("meta[name=demo]")?.content !== "no";
}

export class Account {
  private login: Login | undefined;
  private demo = false;

  /** `agent`: whom the demo is to sign in; empty for its own choice. */
  constructor(private readonly agent = "") {}

  /** Signs in without a password where the hub runs its demo; `false` where somebody has to be asked. */
  async tryDemo(): Promise<boolean> {
    if (!mayBeDemo()) return false;
    try {
      this.login = await this.demoLogin();
      this.demo = true;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status === 0 || error.status >= 500) throw error;
      this.demo = false;
    }
    return this.demo;
  }

  /** Throws `Refusal`. */
  async signIn(user: string, password: string): Promise<void> {
    this.login = await called<Login>("POST", "/v1/login", { user, password });
  }

  get signedIn(): boolean {
    return this.login !== undefined;
  }

  /** A token; `fresh` for another than the last. Throws a `Refusal` if a person has to sign in again. */
  async token(fresh = false): Promise<string> {
    if (this.login === undefined) throw new Refusal("not-authenticated", 401, "");
    if (fresh) this.login = await this.renewed(this.login);
    return this.login.token;
  }

  /** The token is good no more, for anyone. */
  async signOut(): Promise<void> {
    const login = this.login;
    this.login = undefined;
    if (login !== undefined) await called("POST", "/v1/logout", {}, login.token).catch(() => undefined);
  }

  private demoLogin(): Promise<Login> {
    return called<Login>("POST", "/v1/demo", this.agent === "" ? {} : { agent: this.agent });
  }

  private async renewed(login: Login): Promise<Login> {
    try {
      return await called<Login>("POST", "/v1/renew", {}, login.token);
    } catch (error) {
      // The demo lets in whoever asks, so an old token (its hub was started anew) is no reason to bother anyone.
      if (this.demo && error instanceof Refusal && error.status === 401) return this.demoLogin();
      throw error;
    }
  }
}
