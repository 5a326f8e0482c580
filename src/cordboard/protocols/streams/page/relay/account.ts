// Whose page this is. A token is kept in memory only; what outlives the page is a cookie that no script reads.

import { called, mayBeDemo, Refusal } from "./world";

interface Login {
  readonly token: string;
}

export class CcpAccount {
  private current: string | undefined;
  private demo = false;

  /** `framed`: within another site's page, where browsers keep cookies apart or take none. `agent`: whom a demo is to sign in. */
  constructor(
    private readonly framed: boolean,
    private readonly agent: string,
  ) {}

  get signedIn(): boolean {
    return this.current !== undefined;
  }

  /** Signs in by what the browser kept, or where the hub runs its demo. `false` if a person has to. */
  async restore(): Promise<boolean> {
    const sources = [() => recalled(), ...(mayBeDemo() ? [() => this.demoLogin()] : [])];
    for (const source of sources) {
      try {
        this.current = await source();
        return true;
      } catch (error) {
        if (!(error instanceof Refusal) || error.status === 0 || error.status >= 500) throw error;
      }
    }
    return false;
  }

  /** Throws `Refusal`. */
  async signIn(user: string, password: string): Promise<void> {
    const login = await called<Login>("POST", "/v1/login", { user, password });
    await this.adopt(login.token);
  }

  /** Goes on with a token that somebody else signed in for, and has the browser keep the login. */
  async adopt(token: string): Promise<void> {
    this.current = token;
    // Minted tokens cannot be kept, and some browsers keep nothing here: then the next page asks once more.
    await called("POST", "/v1/remember", { framed: this.framed }, token).catch(() => undefined);
  }

  /** A token; `fresh` for another than the last. Throws a `Refusal` if a person has to sign in again. */
  async token(fresh = false): Promise<string> {
    if (this.current === undefined) throw new Refusal("not-authenticated", 401, "");
    if (fresh) this.current = await this.renewed(this.current);
    return this.current;
  }

  /** The login is over, here and wherever the browser kept it. */
  async signOut(): Promise<void> {
    const token = this.current;
    this.current = undefined;
    await Promise.allSettled([
      called("POST", "/v1/recall", { forget: true }),
      token === undefined ? undefined : called("POST", "/v1/logout", {}, token),
    ]);
  }

  private async renewed(token: string): Promise<string> {
    try {
      return (await called<Login>("POST", "/v1/renew", {}, token)).token;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      return this.demo ? this.demoLogin() : recalled();
    }
  }

  private async demoLogin(): Promise<string> {
    const login = await called<Login>("POST", "/v1/demo", this.agent === "" ? {} : { agent: this.agent });
    this.demo = true;
    return login.token;
  }
}

async function recalled(): Promise<string> {
  const login = await called<Login | null>("POST", "/v1/recall", {});
  if (login === null) throw new Refusal("not-authenticated", 401, "");
  return login.token;
}
