// The panel's source over the native socket: what it holds, and what it can ask for. Elements send their wishes here.

import { CONTROLS, refusalText, TEXTS } from "../parts/texts";
import { Client, type Status } from "../wire/client";
import type { Environment } from "../wire/environment";
import type { MaintenanceFrame, ServerFrame } from "../wire/frames";
import type { Command, Outcome, Service, TeamMessage, View } from "../wire/model";
import type { Stream } from "../wire/stream";
import { Boards, type Board } from "./boards";
import { Duties } from "./duties";
import type { Doer, Duty, Found, PanelNews, PanelSource, Question } from "./source";

export interface PanelModelSettings {
  /** Where the native socket is. */
  readonly url: string;
  /** What the hub's log calls this page. */
  readonly client: string;
  /** A token of an agent; `fresh` when the last one did not do. */
  readonly token: (fresh: boolean) => Promise<string>;
  readonly signOut?: () => void;
  readonly environment?: Environment;
}

/** Does a command that the hub hands to a page (a screen pop). */
export type Doing = (command: Command) => Promise<Outcome>;

const PAGE = 50;
const NO_ONE: Found = { targets: [], after: "" };

export class PanelModel implements PanelSource {
  status: Status = { state: "connecting" };
  maintenance: MaintenanceFrame | undefined;
  readonly signOut?: () => void;
  private readonly client: Client;
  private readonly duties: Duties;
  private readonly boards: Boards;
  private readonly listeners = new Set<PanelNews>();
  private readonly doings = new Map<string, Doing>();
  private stream: Stream | undefined;
  private subject = "";

  constructor(settings: PanelModelSettings) {
    this.client = new Client(
      { ...settings, subjects: ({ identity }) => [(this.subject = `agent/${identity.agent ?? ""}`)] },
      {
        status: (status) => this.stated(status),
        stream: (stream) => this.received(stream),
        frame: (frame) => this.heard(frame),
      },
    );
    this.duties = new Duties(() => (this.subject === "" ? undefined : { client: this.client, subject: this.subject }));
    this.boards = new Boards(this.client);
    if (settings.signOut !== undefined) this.signOut = settings.signOut;
  }

  get view(): View | undefined {
    return this.stream?.view;
  }

  get clock(): { now(): number } {
    return this.client.clock;
  }

  get board(): Board {
    return this.boards.board(this.view);
  }

  get messages(): readonly TeamMessage[] {
    return this.boards.messages(this.view);
  }

  follow(wanted: boolean): void {
    const { status } = this;
    this.boards.follow(wanted, this.view, status.state === "online" ? (status.welcome.identity.scopes ?? []) : []);
    this.tell((news) => news.changed?.());
  }

  listen(news: PanelNews): () => void {
    this.listeners.add(news);
    return () => this.listeners.delete(news);
  }

  connect(): void {
    this.client.connect();
  }

  reconnect(): void {
    this.client.connect();
  }

  leave(): void {
    this.client.leave();
  }

  /** The server's word, but for a page that hears none. */
  refused(contact: string, service: Service["service"]): string {
    if (this.status.state !== "online" || this.stream === undefined) return "offline";
    const known = this.view?.controls?.[contact]?.[service];
    if (known !== undefined || contact !== "") return known ?? "impossible-here";
    // Of what is no control, it is known whether there is a link that does it.
    return Object.values(this.view?.links ?? {}).some(({ up, services }) => up && services?.includes(service)) ? "" : "impossible-here";
  }

  async run(service: Service): Promise<Outcome> {
    const outcome = await this.client.execute(this.subject, service);
    const what = (CONTROLS as { readonly [name: string]: string })[service.service] ?? service.service;
    if (outcome.outcome === "refused") this.say(TEXTS.refused(what, refusalText(outcome.code, outcome.message)));
    if (outcome.outcome === "unconfirmed") this.say(TEXTS.unconfirmed(what));
    return outcome;
  }

  async targets({ text, kind, after }: Question): Promise<Found> {
    const kinds = kind === undefined ? {} : { kinds: [kind] };
    const page = after === undefined ? {} : { after };
    const result = await this.client.ask(this.subject, { query: "GetTargets", text, limit: PAGE, ...kinds, ...page });
    if (result.result === "NoAnswer") this.say(refusalText(result.code, result.message));
    if (result.result !== "Targets") return NO_ONE;
    const others = (result.targets ?? []).filter((target) => target.kind !== "agent" || `agent/${target.id ?? ""}` !== this.subject);
    return { targets: others, after: result.after ?? "" };
  }

  doer(duty: Duty): Doer {
    return this.duties.doer(duty);
  }

  want(duty: Duty, wanted: boolean, take = false): void {
    this.duties.want(duty, wanted, take);
    this.tell((news) => news.changed?.());
  }

  /** Makes this page the one to which the hub hands commands of this service, as long as it is there. */
  does(service: Service["service"], doing: Doing): void {
    this.doings.set(service, doing);
    if (this.subject !== "") this.client.claim(this.subject, service);
  }

  private stated(status: Status): void {
    this.status = status;
    this.maintenance = undefined; // a hub tells anew of what there is
    if (status.state !== "online") this.duties.lost();
    if (status.state === "online" && !status.welcome.identity.agent) {
      this.say(TEXTS.noAgent);
      return this.client.leave();
    }
    this.tell((news) => news.changed?.());
  }

  private received(stream: Stream): void {
    if (stream.subject !== this.subject) {
      if (this.boards.received(stream)) this.tell((news) => news.changed?.());
      return;
    }
    const before = this.stream?.view;
    this.stream = stream;
    this.boards.received(stream);
    if (before?.profile !== stream.view.profile) this.follow(this.boards.followed); // another team, other queues, perhaps
    this.tell((news) => news.viewed?.(before, stream.view));
    this.tell((news) => news.changed?.());
  }

  private heard(frame: ServerFrame): void {
    switch (frame.type) {
      case "joined":
        this.duties.joined();
        for (const service of this.doings.keys()) this.client.claim(this.subject, service);
        return;
      case "error":
        if (frame.about === undefined || frame.about === this.subject) this.say(refusalText(frame.error.code, frame.error.message));
        return;
      case "claimed":
        if (this.duties.heard(frame)) return this.tell((news) => news.changed?.());
        if (frame.page === "" && this.doings.has(frame.name)) this.client.claim(this.subject, frame.name);
        return;
      case "asked":
        return void this.do(frame.command);
      case "maintenance":
        this.maintenance = frame;
        return this.tell((news) => news.changed?.());
      default:
    }
  }

  private async do(command: Command): Promise<void> {
    const doing = this.doings.get(command.service.service);
    if (doing === undefined) return;
    const outcome = await doing(command).catch((): Outcome => ({ outcome: "unconfirmed", reason: "page-failed" }));
    this.client.settle(command.id, outcome);
  }

  private say(text: string): void {
    this.tell((news) => news.said?.(text));
  }

  private tell(what: (news: PanelNews) => void): void {
    for (const news of [...this.listeners]) what(news);
  }
}
