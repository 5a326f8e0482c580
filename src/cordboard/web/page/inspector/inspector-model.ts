// What the inspector holds: what its doors said last, asked again every second.

import { refusalText } from "../parts/texts";
import { Account } from "../wire/account";
import { ServerClock } from "../wire/clock";
import { called, Refusal } from "../wire/http";
import { hashOf, placeOf, type Place } from "./place";
import type { Line, Lines, Oddities, Same, Step, Steps, Way } from "./shapes";
import { WORDS } from "./words";

export type InspectorPhase = "starting" | "sign-in" | "open";

export interface Wanted {
  readonly text: string;
  readonly agent: string;
  readonly state: "" | "live" | "past";
}

export interface Agent {
  readonly id: string;
  readonly name: string;
}

const EVERY = 1000;
const FEED = 300;

export class InspectorModel {
  phase: InspectorPhase = "starting";
  reason = "";
  /** What is wrong with the connection right now; empty for nothing. */
  trouble = "";
  wanted: Wanted = { text: "", agent: "", state: "" };
  place: Place;
  lines: Lines | undefined;
  way: Way | undefined;
  /** Why the way that is wanted cannot be shown. */
  lost = "";
  /** The newest first. */
  feed: readonly Step[] | undefined;
  odd: Oddities | undefined;
  recorded = 1;
  readonly clock = new ServerClock(() => Date.now());
  private readonly account = new Account();
  private readonly names = new Map<string, string>();
  private position = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  constructor(
    hash: string,
    private readonly changed: () => void,
  ) {
    this.place = placeOf(hash);
  }

  /** All agents that are known, by name. */
  get agents(): Agent[] {
    return [...this.names].map(([id, name]) => ({ id, name })).sort((one, other) => one.name.localeCompare(other.name));
  }

  async start(): Promise<void> {
    try {
      if (await this.account.tryDemo()) return await this.enter();
    } catch {
      this.reason = refusalText("offline");
    }
    this.ask(this.reason);
  }

  /** Rejects with the door's `Refusal`. */
  async signIn(user: string, password: string): Promise<void> {
    await this.account.signIn(user, password);
    await this.enter();
  }

  signOut(): void {
    void this.account.signOut();
    this.ask("");
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  want(wanted: Partial<Wanted>): void {
    this.wanted = { ...this.wanted, ...wanted };
    this.lines = undefined;
    void this.look();
  }

  go(place: Place): void {
    if (hashOf(place) === hashOf(this.place)) return;
    this.place = place;
    this.way = undefined;
    this.lost = "";
    this.feed = undefined;
    this.position = "";
    this.changed();
    void this.look();
  }

  /** The way of the contact that is shown, without what is personal, as the hub wrote it. */
  async download(): Promise<string> {
    if (this.place.view !== "contacts") return "";
    return JSON.stringify(await this.get(`${this.path(this.place)}/download`), null, 2);
  }

  private async enter(): Promise<void> {
    this.phase = "open";
    this.reason = "";
    await this.look();
  }

  private ask(reason: string): void {
    this.stop();
    this.phase = "sign-in";
    this.reason = reason;
    this.lines = this.way = this.feed = this.odd = undefined;
    this.changed();
  }

  /** Looks now, and again a second later. An answer to an older question is not minded. */
  private async look(): Promise<void> {
    this.stop();
    const asked = (this.asked += 1);
    try {
      if (this.names.size === 0) await this.first();
      await this.read(() => asked === this.asked);
      this.trouble = "";
    } catch (error) {
      const refused = error instanceof Refusal ? error : undefined;
      if (refused?.status === 401) return this.ask(refusalText(refused.code, refused.message));
      if (refused?.status === 403 && this.lines === undefined) return this.ask(WORDS.notAllowed);
      this.trouble = refused?.status ? refusalText(refused.code, refused.message) : WORDS.noAnswer;
    }
    if (asked !== this.asked || this.phase !== "open") return;
    this.stop();
    this.timer = setTimeout(() => void this.look(), EVERY);
    this.changed();
  }

  /** Whom there is to follow, by id; names come with what is seen of them. */
  private async first(): Promise<void> {
    const { subjects } = await this.get<{ subjects: { subject: string }[] }>("/v1/subjects");
    for (const { subject } of subjects) {
      if (subject.startsWith("agent/")) this.names.set(subject.slice(6), subject.slice(6));
    }
  }

  private async read(current: () => boolean): Promise<void> {
    const { place } = this;
    switch (place.view) {
      case "contacts": {
        const lines = await this.list();
        if (!current()) return;
        if (lines !== undefined) this.take(lines);
        if (place.contact === "") return;
        const way = await this.get<Way | Same>(`${this.path(place)}${this.way === undefined ? "" : `?after=${this.way.mark}`}`).catch(this.gone);
        if (!current() || way === undefined) return;
        this.clock.heard(way.now);
        if (!("unchanged" in way)) this.way = way;
        return;
      }
      case "follow": {
        if (place.subject === "") return;
        const after = this.position === "" ? "" : `&after=${this.position}`;
        const steps = await this.get<Steps>(`/v1/inspect/entries?subject=${encodeURIComponent(place.subject)}${after}`);
        if (!current()) return;
        this.clock.heard(steps.now);
        this.position = steps.position;
        this.recorded = steps.recorded;
        this.feed = [...[...steps.steps].reverse(), ...(this.feed ?? [])].slice(0, FEED);
        return;
      }
      case "odd": {
        const odd = await this.get<Oddities>("/v1/inspect/unrecognised");
        if (current()) this.odd = odd;
      }
    }
  }

  private readonly gone = (error: unknown): undefined => {
    if (!(error instanceof Refusal) || (error.status !== 404 && error.status !== 403)) throw error;
    this.lost = refusalText(error.code, error.message);
    return undefined;
  };

  private async list(): Promise<Lines | undefined> {
    const query = new URLSearchParams(Object.entries(this.wanted).filter(([, value]) => value !== ""));
    if (this.lines !== undefined) query.set("after", this.lines.mark);
    const lines = await this.get<Lines | Same>(`/v1/inspect/contacts?${query.toString()}`);
    this.clock.heard(lines.now);
    return "unchanged" in lines ? undefined : lines;
  }

  private take(lines: Lines): void {
    this.lines = lines;
    for (const line of lines.contacts) this.named(line);
  }

  private named({ subject, name }: Line): void {
    if (subject.startsWith("agent/")) this.names.set(subject.slice(6), name);
  }

  private path({ subject, contact }: { readonly subject: string; readonly contact: string }): string {
    return `/v1/inspect/contacts/${[...subject.split("/"), contact].map(encodeURIComponent).join("/")}`;
  }

  private async get<T>(path: string): Promise<T> {
    try {
      return await called<T>("GET", path, undefined, await this.account.token());
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      return called<T>("GET", path, undefined, await this.account.token(true));
    }
  }
}
