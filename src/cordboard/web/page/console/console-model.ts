// What the console holds: the floor as it was a second ago, and the way to its doors.

import { refusalText } from "../parts/texts";
import { Account } from "../wire/account";
import { ServerClock } from "../wire/clock";
import { Refusal } from "../wire/http";
import type { Act, FaultWish } from "./acts";
import { Floor, type Centre, type Faults, type FloorState, type JournalRecord, type Progress, type Scenario } from "./floor";
import { WORDS } from "./words";

export type ConsolePhase = "starting" | "sign-in" | "floor";

export interface ConsoleNews {
  changed(): void;
  said(text: string): void;
}

const EVERY = 1000;
const RECORDS = 60;

export class ConsoleModel {
  phase: ConsolePhase = "starting";
  reason = "";
  /** What is wrong with the connection right now; empty for nothing. */
  trouble = "";
  centre: Centre | undefined;
  state: FloorState | undefined;
  faults: Faults | undefined;
  records: readonly JournalRecord[] = [];
  scenarios: readonly Scenario[] = [];
  progress: Progress | undefined;
  readonly clock = new ServerClock(() => Date.now());
  private readonly account = new Account();
  private readonly floor: Floor;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly link: string,
    private readonly news: ConsoleNews,
  ) {
    this.floor = new Floor(link, this.account);
  }

  async start(): Promise<void> {
    try {
      if (await this.account.tryDemo()) return this.enter();
    } catch {
      this.reason = refusalText("offline");
    }
    this.ask(this.reason);
  }

  /** Rejects with the door's `Refusal`. */
  async signIn(user: string, password: string): Promise<void> {
    await this.account.signIn(user, password);
    this.enter();
  }

  signOut(): void {
    void this.account.signOut();
    this.ask("");
  }

  async act(wanted: Act): Promise<void> {
    await this.tried(wanted.name, () => this.floor.post("act", wanted));
    await this.look();
  }

  async fault(wanted: FaultWish): Promise<void> {
    await this.tried(WORDS.faults, async () => {
      this.faults = await this.floor.post<Faults>("fault", wanted);
    });
    await this.look();
  }

  async play(name: string): Promise<void> {
    await this.tried(name, async () => {
      this.progress = await this.floor.post<Progress>("scenario", { name });
    });
    await this.look();
  }

  private enter(): void {
    this.phase = "floor";
    this.reason = "";
    void this.look();
  }

  private ask(reason: string): void {
    clearTimeout(this.timer);
    this.phase = "sign-in";
    this.reason = reason;
    this.state = undefined;
    this.news.changed();
  }

  /** Looks at the floor now, and again a second later. */
  private async look(): Promise<void> {
    clearTimeout(this.timer);
    try {
      await this.first();
      const state = await this.floor.get<FloorState>("state");
      this.clock.doubt(); // the floor's time may run at another speed
      this.clock.heard(state.now);
      if (state.journal > (this.records[0]?.n ?? 0)) await this.read(state.journal);
      if (this.progress?.over === false) this.progress = await this.floor.get<Progress>("scenario");
      this.state = state;
      this.trouble = "";
    } catch (error) {
      const refused = error instanceof Refusal ? error : undefined;
      if (refused?.status === 401) return this.ask(refusalText(refused.code, refused.message));
      if (refused?.status === 403) return this.ask(WORDS.notAllowed);
      this.trouble = refused?.status === 404 ? WORDS.noSimulator(this.link) : refused?.status ? refusalText(refused.code, refused.message) : WORDS.noAnswer;
    }
    if (this.phase !== "floor") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), EVERY);
    this.news.changed();
  }

  /** What does not change by itself is asked for once. */
  private async first(): Promise<void> {
    this.faults ??= await this.floor.get<Faults>("faults");
    if (this.centre !== undefined) return;
    const centre = await this.floor.get<Centre>("centre");
    this.scenarios = await this.floor.get<Scenario[]>("scenarios");
    this.progress = (await this.floor.get<Progress | null>("scenario")) ?? undefined;
    this.centre = centre;
  }

  private async read(last: number): Promise<void> {
    const known = this.records[0]?.n ?? 0;
    const after = Math.max(known > last ? 0 : known, last - RECORDS);
    const fresh = await this.floor.get<JournalRecord[]>(`journal?after=${after}&limit=${RECORDS}`);
    this.records = [...fresh.reverse(), ...this.records].slice(0, RECORDS);
  }

  private async tried(what: string, does: () => Promise<unknown>): Promise<void> {
    try {
      await does();
    } catch (error) {
      this.news.said(WORDS.refused(what, reasonOf(error)));
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Refusal ? error.message || refusalText(error.code) : String(error);
}
