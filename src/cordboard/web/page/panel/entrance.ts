// How an agent gets in: by the demo, by name and password, or by tokens that the page around this one hands over.

import { refusalText, TEXTS } from "../parts/texts";
import { Account } from "../wire/account";
import { socketUrl } from "../wire/http";
import { PanelModel } from "./panel-model";

/** `starting`: not known yet whether a sign-in is needed. `waiting`: the page around has not handed over a token yet. */
export type Entry =
  | { readonly phase: "starting" }
  | { readonly phase: "waiting" }
  | { readonly phase: "sign-in"; readonly reason: string }
  | { readonly phase: "in"; readonly model: PanelModel };

/** Gives a token; `fresh` when the last one did not do. */
export type TokenGiver = (fresh: boolean) => Promise<string>;

export class Entrance {
  entry: Entry;
  private readonly account: Account;

  /** `agent`: whom a demo is to sign in. `given`: tokens come from the page around, nobody is asked. */
  constructor(
    agent: string,
    private readonly given: boolean,
    private readonly changed: () => void,
  ) {
    this.account = new Account(agent);
    this.entry = { phase: given ? "waiting" : "starting" };
  }

  /** Signs in without asking where the hub runs its demo; asks otherwise. */
  async start(): Promise<void> {
    if (this.given) return;
    try {
      if (await this.account.tryDemo()) return this.byAccount();
      this.enter({ phase: "sign-in", reason: "" });
    } catch {
      this.enter({ phase: "sign-in", reason: refusalText("offline") });
    }
  }

  /** Rejects with the door's `Refusal`. */
  async signIn(user: string, password: string): Promise<void> {
    await this.account.signIn(user, password);
    this.byAccount();
  }

  /** The page around hands over tokens. Only where that was announced: a page cannot put itself in the place of a sign-in. */
  takeTokens(giver: TokenGiver): void {
    if (!this.given) return;
    if (this.entry.phase === "in") this.entry.model.leave();
    this.open(giver, undefined);
  }

  private byAccount(): void {
    this.open(
      (fresh) => this.account.token(fresh),
      () => void this.account.signOut(),
    );
  }

  private open(token: TokenGiver, signOut: (() => void) | undefined): void {
    let said = "";
    const leave = signOut === undefined ? {} : { signOut: () => ((said = TEXTS.signedOut), model.leave(), signOut()) };
    const model: PanelModel = new PanelModel({ url: socketUrl(), client: "cordboard panel", token, ...leave });
    model.listen({
      said: (text) => void (said = text),
      changed: () => {
        const { status } = model;
        if (status.state !== "ended" || status.why === "stay-away" || this.entry.phase !== "in" || this.entry.model !== model) return;
        const reason = status.why === "sign-in" ? refusalText("token-expired") : said;
        this.enter(this.given ? { phase: "waiting" } : { phase: "sign-in", reason });
      },
    });
    this.enter({ phase: "in", model });
    model.connect();
  }

  private enter(entry: Entry): void {
    this.entry = entry;
    this.changed();
  }
}
