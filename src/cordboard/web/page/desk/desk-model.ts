// What the desk holds, and what it can ask for: the elements show it and send their wishes here.

import { CONTROLS, refusalText, TEXTS } from "../parts/texts";
import { Account } from "../wire/account";
import { Client, type Status } from "../wire/client";
import type { ServerClock } from "../wire/clock";
import type { ServerFrame } from "../wire/frames";
import { socketUrl } from "../wire/http";
import type { Outcome, Service, Target, View } from "../wire/model";
import type { Stream } from "../wire/stream";

/** `starting`: not known yet whether a sign-in is needed. */
export type DeskPhase = "starting" | "sign-in" | "desk";

export interface DeskNews {
  /** Something to see anew. */
  changed(): void;
  /** The agent's own view, before and after. */
  viewed(before: View | undefined, after: View): void;
  /** Words for the agent. */
  said(text: string): void;
}

const RINGTONE = "ringtone";

export class DeskModel {
  phase: DeskPhase = "starting";
  status: Status = { state: "connecting" };
  reason = "";
  /** Whether this page is to ring, whether it does, and whether another does. */
  ringWanted = true;
  rings = false;
  ringsElsewhere = false;
  private stream: Stream | undefined;
  private client: Client | undefined;
  private subject = "";
  private readonly account: Account;

  /** `agent`: whom a demo is to sign in; empty for its own choice. */
  constructor(
    agent: string,
    private readonly news: DeskNews,
  ) {
    this.account = new Account(agent);
  }

  get view(): View | undefined {
    return this.stream?.view;
  }

  get online(): boolean {
    return this.status.state === "online" && this.stream !== undefined;
  }

  get clock(): ServerClock | undefined {
    return this.client?.clock;
  }

  /** Signs in without asking where the hub runs its demo; asks otherwise. */
  async start(): Promise<void> {
    try {
      if (await this.account.tryDemo()) return this.open();
    } catch {
      this.reason = refusalText("offline");
    }
    this.enter("sign-in");
  }

  /** Rejects with the door's `Refusal`. */
  async signIn(user: string, password: string): Promise<void> {
    await this.account.signIn(user, password);
    this.open();
  }

  signOut(): void {
    this.reason = TEXTS.signedOut;
    this.client?.leave();
    void this.account.signOut();
  }

  reconnect(): void {
    this.client?.connect();
  }

  /** Why a service cannot be asked for now; empty if it can. The server's word, but for a page that hears none. */
  refused(contact: string, service: Service["service"]): string {
    if (!this.online) return "offline";
    return this.view?.controls?.[contact]?.[service] ?? "impossible-here";
  }

  /** Asks for it, and says what was refused. */
  async run(service: Service): Promise<Outcome> {
    if (this.client === undefined) return { outcome: "refused", code: "offline" };
    const outcome = await this.client.execute(this.subject, service);
    const what = (CONTROLS as { readonly [name: string]: string })[service.service] ?? service.service;
    if (outcome.outcome === "refused") this.news.said(TEXTS.refused(what, refusalText(outcome.code, outcome.message)));
    if (outcome.outcome === "unconfirmed") this.news.said(TEXTS.unconfirmed(what));
    return outcome;
  }

  /** Who can be called under this text. Nobody when there is no answer. */
  async targets(text: string): Promise<readonly Target[]> {
    const result = await this.client?.ask(this.subject, { query: "GetTargets", text, limit: 50 });
    if (result?.result === "NoAnswer") this.news.said(refusalText(result.code, result.message));
    const found = result?.result === "Targets" ? (result.targets ?? []) : [];
    return found.filter((target) => target.kind !== "agent" || `agent/${target.id ?? ""}` !== this.subject);
  }

  /** Makes this page the one that rings, or stops it from being that. */
  wantRing(wanted: boolean): void {
    this.ringWanted = wanted;
    this.client?.claim(this.subject, RINGTONE, wanted ? "take" : "give");
    this.news.changed();
  }

  private open(): void {
    this.reason = "";
    this.client = new Client(
      {
        url: socketUrl(),
        client: "cordboard desk",
        subjects: ({ identity }) => [(this.subject = `agent/${identity.agent ?? ""}`)],
        token: (fresh) => this.account.token(fresh),
      },
      {
        status: (status) => this.stated(status),
        stream: (stream) => this.received(stream),
        frame: (frame) => this.heard(frame),
      },
    );
    this.enter("desk");
    this.client.connect();
  }

  private stated(status: Status): void {
    this.status = status;
    if (status.state === "online" && !status.welcome.identity.agent) {
      this.reason = TEXTS.noAgent;
      return this.client?.leave();
    }
    if (status.state === "ended" && status.why !== "stay-away") {
      this.stream = undefined;
      this.rings = false;
      if (status.why === "sign-in") this.reason = refusalText("token-expired");
      return this.enter("sign-in");
    }
    this.news.changed();
  }

  private received(stream: Stream): void {
    const before = this.stream?.view;
    this.stream = stream;
    this.news.viewed(before, stream.view);
    this.news.changed();
  }

  private heard(frame: ServerFrame): void {
    if (frame.type === "joined") this.claimRing();
    if (frame.type === "error" && (frame.about === undefined || frame.about === this.subject)) {
      this.news.said(refusalText(frame.error.code, frame.error.message));
    }
    if (frame.type !== "claimed" || frame.name !== RINGTONE) return;
    this.rings = frame.mine;
    this.ringsElsewhere = !frame.mine && frame.page !== "";
    if (frame.page === "") this.claimRing();
    this.news.changed();
  }

  /** Only one of an agent's pages rings: the first, until it leaves or another takes over. */
  private claimRing(): void {
    if (this.ringWanted) this.client?.claim(this.subject, RINGTONE);
  }

  private enter(phase: DeskPhase): void {
    this.phase = phase;
    this.news.changed();
  }
}
