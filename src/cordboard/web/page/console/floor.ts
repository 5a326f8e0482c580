// The simulator's console doors: what they answer, as far as this page looks at it, and how to call them.

import type { Account } from "../wire/account";
import { called, Refusal } from "../wire/http";
import type { Availability, ConnectionState, Medium, Phase } from "../wire/model";

export interface Party {
  readonly id: string;
  readonly role: "customer" | "agent" | "third_party" | "queue";
  readonly number: string;
  readonly name: string;
  readonly agent: string | null;
  readonly queue: string | null;
  readonly state: ConnectionState;
  readonly muted: boolean;
  readonly since: number;
}

export interface FloorCall {
  readonly id: string;
  readonly kind: "main" | "consult" | "reservation";
  readonly medium: Medium;
  readonly direction: "inbound" | "outbound" | "internal";
  readonly queue: string | null;
  readonly started: number;
  readonly ended: number | null;
  readonly parties: readonly Party[];
}

export interface Segment {
  readonly id: string;
  readonly phase: Phase;
  readonly calls: readonly FloorCall[];
}

export interface FloorAgent {
  readonly id: string;
  readonly state: Availability;
  readonly reason: string | null;
  readonly since: number;
  /** Of the media beside calls. */
  readonly media: Readonly<{ [medium in Medium]?: { readonly medium: Medium; readonly state: Availability } }>;
  readonly segments: readonly Segment[];
}

export interface FloorState {
  readonly now: number;
  readonly speed: number;
  readonly people: boolean;
  readonly journal: number;
  readonly arrivals: Readonly<{ [queue: string]: number }>;
  readonly agents: Readonly<{ [agent: string]: FloorAgent }>;
  readonly calls: Readonly<{ [call: string]: FloorCall }>;
  /** Of the campaigns' lists. */
  readonly entries: Readonly<{ [entry: string]: { readonly campaign: string; readonly state: string } }>;
}

export interface Centre {
  readonly name: string;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly extension: string; readonly self_acting: boolean }[];
  readonly queues: readonly { readonly id: string; readonly name: string; readonly number: string; readonly medium: Medium; readonly arrivals_per_hour: number }[];
  readonly campaigns: readonly { readonly id: string; readonly name: string; readonly mode: string }[];
  readonly customers: readonly { readonly number: string; readonly name: string }[];
}

export interface JournalRecord {
  readonly n: number;
  readonly at: number;
  readonly kind: string;
  readonly call: string | null;
  readonly agent: string | null;
  readonly queue: string | null;
  readonly cause: string | null;
  readonly after: { readonly name?: string; readonly number?: string; readonly state?: string };
}

export interface Faults {
  readonly delay: number;
  readonly duplicate: boolean;
  readonly reorder: boolean;
  readonly refuse: string;
  readonly silent: boolean;
  readonly speed: number;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Why it cannot be played on this floor; empty if it can. */
  readonly why?: string;
}

/** How the scenario that is played, or was played last, goes. */
export interface Progress {
  readonly name: string;
  readonly step: number;
  readonly steps: number;
  readonly over: boolean;
  readonly failures: readonly { readonly step: number; readonly where: string; readonly expected: unknown; readonly actual: unknown }[];
}

/** The doors of one simulator link. All throw `Refusal`. */
export class Floor {
  constructor(
    private readonly link: string,
    private readonly account: Account,
  ) {}

  get<T>(door: string): Promise<T> {
    return this.call<T>("GET", door);
  }

  post<T>(door: string, body: unknown): Promise<T> {
    return this.call<T>("POST", door, body);
  }

  private async call<T>(method: "GET" | "POST", door: string, body?: unknown): Promise<T> {
    const path = `/links/${encodeURIComponent(this.link)}/console/${door}`;
    try {
      return await called<T>(method, path, body, await this.account.token());
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      return called<T>(method, path, body, await this.account.token(true));
    }
  }
}

/** Every call that is under way, each once, the oldest first. */
export function runningCalls(state: FloorState): FloorCall[] {
  const all = new Map<string, FloorCall>(Object.entries(state.calls));
  for (const agent of Object.values(state.agents)) {
    for (const segment of agent.segments) for (const call of segment.calls) all.set(call.id, call);
  }
  return [...all.values()].filter((call) => call.ended === null).sort((one, other) => one.started - other.started);
}

/** Who is in the call now or is being brought to it. */
export function liveParties(call: FloorCall): readonly Party[] {
  return call.parties.filter((party) => party.state !== "null");
}

export interface Waiting {
  readonly call: FloorCall;
  readonly caller: Party | undefined;
  readonly since: number;
}

/** The callers that wait in a queue, who waits longest first. */
export function waitingIn(state: FloorState, queue: string): Waiting[] {
  return runningCalls(state).flatMap((call) => {
    const place = call.parties.find((party) => party.role === "queue" && party.queue === queue && party.state === "queued");
    const caller = call.parties.find((party) => party.role !== "queue" && party.state !== "null");
    return place === undefined ? [] : [{ call, caller, since: place.since }];
  });
}

/** How many entries a campaign has, and how many of them it is through with. */
export function listed(state: FloorState, campaign: string): { readonly entries: number; readonly done: number } {
  const all = Object.values(state.entries).filter((entry) => entry.campaign === campaign);
  return { entries: all.length, done: all.filter((entry) => entry.state === "done" || entry.state === "never").length };
}

/** What an agent is doing now: the open segments, each with whom it is. */
export function doings(agent: FloorAgent): { readonly phase: Phase; readonly who: string }[] {
  return agent.segments
    .filter((segment) => segment.phase !== "closed")
    .map((segment) => {
      const parties = segment.calls.flatMap((call) => call.parties);
      const others = parties.filter((party) => party.agent !== agent.id && party.role !== "queue");
      const other = others.find((party) => party.state !== "null") ?? others[0];
      return { phase: segment.phase, who: other === undefined ? "" : other.name || other.number };
    });
}
