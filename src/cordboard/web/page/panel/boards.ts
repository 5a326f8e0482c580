// The queues and the team that a panel shows counters of, and the team's members as far as the token lets it see them.
// They are watched only while somebody looks, but for the team: what is written to it is for everyone in it, at once.

import type { Client } from "../wire/client";
import { DEFAULTS, type AgentState, type TeamMessage, type View } from "../wire/model";
import type { Stream } from "../wire/stream";

export type Gauges = Readonly<{ [name: string]: number }>;

/** A queue or a team, with its counters; `{}` while nothing is told of it. */
export interface Counted {
  readonly id: string;
  readonly name: string;
  readonly gauges: Gauges;
}

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly states: readonly AgentState[];
}

export interface Board {
  readonly queues: readonly Counted[];
  readonly team: Counted | undefined;
  /** Empty where the token sees nobody but the agent. */
  readonly members: readonly Member[];
}

const EVERYONE = "agent/*";
/** One for all, so that who shows nothing is not told that it changed. */
const NONE: readonly TeamMessage[] = [];

export class Boards {
  private readonly streams = new Map<string, Stream>();
  private watched: readonly string[] = [];
  private wanted = false;

  constructor(private readonly client: Pick<Client, "watch" | "unwatch">) {}

  /** Whether somebody looks. `view`: the agent's own; `scopes`: of their token. */
  follow(wanted: boolean, view: View | undefined, scopes: readonly string[]): void {
    this.wanted = wanted;
    const now = view === undefined ? [] : [...(wanted ? subjects(view, scopes) : []), ...teamOf(view)];
    for (const subject of this.watched) if (!now.includes(subject)) this.client.unwatch(subject);
    for (const subject of now) if (!this.watched.includes(subject)) this.client.watch(subject);
    this.watched = now;
    for (const subject of this.streams.keys()) if (!now.includes(subject) && !(wanted && subject.startsWith("agent/"))) this.streams.delete(subject);
  }

  get followed(): boolean {
    return this.wanted;
  }

  /** Another subject's stream than the agent's own; whether it changes the board. */
  received(stream: Stream): boolean {
    if (!this.wanted && !this.watched.includes(stream.subject)) return false;
    const before = this.streams.get(stream.subject)?.view.messages;
    this.streams.set(stream.subject, stream);
    return this.wanted || stream.view.messages !== before;
  }

  /** What was written to the agent's team. */
  messages(view: View | undefined): readonly TeamMessage[] {
    const team = view === undefined ? undefined : teamOf(view)[0];
    return (team === undefined ? undefined : this.streams.get(team)?.view.messages) ?? NONE;
  }

  board(view: View | undefined): Board {
    const profile = view?.profile;
    const agents = new Map([...this.streams.values()].filter(({ subject }) => subject.startsWith("agent/")).map((stream) => [stream.subject, stream.view]));
    if (view !== undefined && this.watched.includes(EVERYONE)) agents.set(view.subject, view); // told before anybody looked
    const counted = (kind: string, { id, name = "" }: { readonly id: string; readonly name?: string }): Counted => ({
      id,
      name: name || id,
      gauges: this.streams.get(`${kind}/${id}`)?.gauges ?? {},
    });
    return {
      queues: (profile?.queues ?? []).map((queue) => counted("queue", queue)),
      team: profile?.team ? counted("team", { id: profile.team, name: profile.teams?.find((team) => team.id === profile.team)?.name ?? "" }) : undefined,
      members: [...agents.values()]
        .filter((other) => other.profile?.team === profile?.team)
        .map(({ subject, profile: theirs, states = {} }) => ({
          id: subject.slice("agent/".length),
          name: theirs?.name || theirs?.login || subject.slice("agent/".length),
          states: Object.values(states),
        }))
        .sort((one, other) => one.name.localeCompare(other.name)),
    };
  }
}

/** What a board of this agent rests on, beside the team. */
function subjects(view: View, scopes: readonly string[]): string[] {
  const { queues = [], team = "" } = view.profile ?? { queues: [], team: DEFAULTS.Team.name };
  const sees = scopes.some((scope) => scope === "tenant" || scope === `team:${team}` || scope === `member:${team}`);
  return [...queues.map((queue) => `queue/${queue.id}`), ...(team && sees ? [EVERYONE] : [])];
}

/** The subject of the agent's team, if there is one. */
function teamOf({ profile }: View): readonly string[] {
  return profile?.team ? [`team/${profile.team}`] : [];
}
