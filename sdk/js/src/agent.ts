// An agent: what is watched of it, and everything that can be asked for on its behalf.

import { Claim } from "./claim.js";
import type { Client, OrderOptions } from "./client.js";
import type { ServerFrame } from "./frames.js";
import type {
  AgentId,
  AttachedData,
  Availability,
  Command,
  ConnectionId,
  Contact,
  ContactId,
  Medium,
  Outcome,
  Query,
  Reason,
  ReasonKind,
  Record,
  Result,
  Service,
  SuperviseAction,
  Target,
  TargetKind,
  TeamId,
  TeamMessage,
  View,
} from "./model.js";
import type { Stop } from "./news.js";
import { Refusal } from "./refusal.js";
import type { Watched, WatchedNews } from "./watched.js";

/** A contact, or its id. */
export type ContactLike = ContactId | Pick<Contact, "id">;
/** A number, or an agent, queue or number as `targets` brings it. */
export type TargetLike = string | Target;
type Of<N extends Service["service"]> = Extract<Service, { readonly service: N }>;
/** What a service needs to be told, by the model. */
export type Details<N extends Service["service"]> = Omit<Of<N>, "service">;
/** Does the desk command, and says what became of it; nothing for `done`. */
export type Performer<N extends Service["service"]> = (service: Of<N>) => Outcome | void | Promise<Outcome | void>;
/** Gets a command before it is done. `letGo` does it after all; without that nothing happens. */
export type Guard = (command: Command, letGo: () => Promise<Outcome>) => void;

export class Agent {
  readonly subject: string;
  private readonly claims = new Map<string, Claim>();
  private readonly guards = new Map<Service["service"], Guard>();
  private readonly performers = new Map<Service["service"], Performer<Service["service"]>>();

  constructor(
    readonly watched: Watched,
    private readonly client: Client,
    private readonly online: () => boolean,
  ) {
    this.subject = watched.subject;
  }

  get view(): View | undefined {
    return this.watched.view;
  }

  on<K extends keyof WatchedNews>(name: K, listener: (value: WatchedNews[K]) => void): Stop {
    return this.watched.on(name, listener);
  }

  ready(): Promise<View> {
    return this.watched.ready();
  }

  /** Watches it no longer. Claims and guards end with that. */
  close(): void {
    for (const service of this.guards.keys()) this.client.guard(this.subject, service, false);
    for (const claim of this.claims.values()) claim.give();
    for (const table of [this.claims, this.guards, this.performers]) table.clear();
    this.watched.close();
  }

  // --- commands ------------------------------------------------------------------------------------------------------

  /** Any service of the model: `agent.do("HoldCall", { contact })`. */
  do<N extends Service["service"]>(service: N, details: Details<N>, options?: OrderOptions): Promise<Outcome> {
    return this.client.execute(this.subject, { service, ...details } as unknown as Service, options);
  }

  /** Why a service cannot be asked for now, as an error code; empty if it can. Grey your buttons with it. */
  refusal(service: Service["service"], contact: ContactLike | "" = ""): string {
    if (!this.online()) return "offline";
    return this.view?.controls?.[contact === "" ? "" : idOf(contact)]?.[service] ?? "impossible-here";
  }

  /** Calls. `record`: where in the CRM the number was clicked; it comes back as the contact's `related_record`. */
  dial(target: TargetLike, record?: Record, details: Omit<Details<"MakeCall">, "target" | "record"> = {}): Promise<Outcome> {
    return this.do("MakeCall", { ...details, target: targetOf(target), ...(record && { record }) });
  }

  answer(contact: ContactLike): Promise<Outcome> {
    return this.do("AnswerCall", { contact: idOf(contact) });
  }

  /** Sends an offered contact back, or on to a target. */
  decline(contact: ContactLike, target?: TargetLike): Promise<Outcome> {
    return this.do("DeflectCall", { contact: idOf(contact), ...(target !== undefined && { target: targetOf(target) }) });
  }

  /** Leaves the call. */
  hangUp(contact: ContactLike): Promise<Outcome> {
    return this.do("ClearConnection", { contact: idOf(contact) });
  }

  /** Drops another party. */
  drop(contact: ContactLike, connection: ConnectionId): Promise<Outcome> {
    return this.do("ClearConnection", { contact: idOf(contact), connection });
  }

  hold(contact: ContactLike, connection?: ConnectionId): Promise<Outcome> {
    return this.do("HoldCall", { contact: idOf(contact), ...(connection !== undefined && { connection }) });
  }

  retrieve(contact: ContactLike, connection?: ConnectionId): Promise<Outcome> {
    return this.do("RetrieveCall", { contact: idOf(contact), ...(connection !== undefined && { connection }) });
  }

  /** Puts the call aside, to be free for others; `retrieve` takes it back. */
  park(contact: ContactLike): Promise<Outcome> {
    return this.do("ParkCall", { contact: idOf(contact) });
  }

  /** Calls somebody while the customer waits. */
  consult(contact: ContactLike, target: TargetLike): Promise<Outcome> {
    return this.do("ConsultationCall", { contact: idOf(contact), target: targetOf(target) });
  }

  /** Swaps the held and the active call. */
  alternate(contact: ContactLike): Promise<Outcome> {
    return this.do("AlternateCall", { contact: idOf(contact) });
  }

  /** Ends the consultation and goes back to the customer. */
  reconnect(contact: ContactLike): Promise<Outcome> {
    return this.do("ReconnectCall", { contact: idOf(contact) });
  }

  /** Without a target: joins customer and consulted party, and leaves. With one: hands the customer over unannounced. */
  transfer(contact: ContactLike, target?: TargetLike): Promise<Outcome> {
    if (target === undefined) return this.do("TransferCall", { contact: idOf(contact) });
    return this.do("SingleStepTransferCall", { contact: idOf(contact), target: targetOf(target) });
  }

  /** Without a target: joins customer and consulted party, and stays. With one: adds somebody at once. */
  conference(contact: ContactLike, target?: TargetLike): Promise<Outcome> {
    if (target === undefined) return this.do("ConferenceCall", { contact: idOf(contact) });
    return this.do("SingleStepConferenceCall", { contact: idOf(contact), target: targetOf(target) });
  }

  sendDigits(contact: ContactLike, digits: string): Promise<Outcome> {
    return this.do("GenerateDigits", { contact: idOf(contact), digits });
  }

  /** Attaches data that travels with the call. */
  attach(contact: ContactLike, data: AttachedData): Promise<Outcome> {
    return this.do("AssociateData", { contact: idOf(contact), data });
  }

  mute(contact: ContactLike, mute = true): Promise<Outcome> {
    return this.do("SetMicrophoneMute", { contact: idOf(contact), mute });
  }

  setState(state: Availability, reason?: string, medium?: Medium): Promise<Outcome> {
    return this.do("SetAgentState", { state, ...(reason !== undefined && { reason }), ...(medium && { medium }) });
  }

  setDisposition(contact: ContactLike, disposition: string): Promise<Outcome> {
    return this.do("SetDisposition", { contact: idOf(contact), disposition });
  }

  /** Ends the after-call work. */
  complete(contact: ContactLike): Promise<Outcome> {
    return this.do("CompleteContact", { contact: idOf(contact) });
  }

  /** A chat or task. */
  pause(contact: ContactLike): Promise<Outcome> {
    return this.do("PauseContact", { contact: idOf(contact) });
  }

  resume(contact: ContactLike): Promise<Outcome> {
    return this.do("ResumeContact", { contact: idOf(contact) });
  }

  /** Writes into a chat. */
  send(contact: ContactLike, text: string): Promise<Outcome> {
    return this.do("SendMessage", { contact: idOf(contact), text });
  }

  /** Promises the customer a call: by this agent, or by whoever is free in `queue` then. */
  callBack(contact: ContactLike, due: Date, more: { number?: string; queue?: string; text?: string } = {}): Promise<Outcome> {
    return this.do("ScheduleCallback", { contact: idOf(contact), due: due.getTime(), ...more });
  }

  cancelCallback(callback: string): Promise<Outcome> {
    return this.do("CancelCallback", { callback });
  }

  /** Starts, pauses or stops the recording. */
  record(contact: ContactLike, how: "start" | "pause" | "stop"): Promise<Outcome> {
    if (how === "start") return this.do("StartRecording", { contact: idOf(contact) });
    return this.do("StopRecording", { contact: idOf(contact), ...(how === "pause" && { pause: true }) });
  }

  note(contact: ContactLike, text: string): Promise<Outcome> {
    return this.do("TakeNote", { contact: idOf(contact), text });
  }

  /** Sets variables of the contact that stay on this hub. */
  setVariables(contact: ContactLike, variables: { readonly [name: string]: string }): Promise<Outcome> {
    return this.do("SetLocalData", { contact: idOf(contact), variables });
  }

  /** Shows a record of the CRM to all agents who have to do with the contact. */
  shareRecord(contact: ContactLike, record: Record): Promise<Outcome> {
    return this.do("ShareRecord", { contact: idOf(contact), record });
  }

  /** As a supervisor: listens to another agent's call, and so on. */
  supervise(agent: AgentId, contact: ContactLike, action: SuperviseAction): Promise<Outcome> {
    return this.do("Supervise", { agent, contact: idOf(contact), action });
  }

  /** As a supervisor: writes to teams. */
  post(content: string, teams: readonly TeamId[], seconds = 0): Promise<Outcome> {
    return this.do("PostTeamMessage", { content, teams, duration: seconds });
  }

  // --- queries: each rejects with a `Refusal` when there is no answer ----------------------------------------------------

  /** Who can be called, by name or number. */
  async targets(text = "", kinds?: readonly TargetKind[]): Promise<readonly Target[]> {
    return (await this.asked({ query: "GetTargets", text, ...(kinds && { kinds }) }, "Targets")).targets ?? [];
  }

  async reasons(kind?: ReasonKind): Promise<readonly Reason[]> {
    return (await this.asked({ query: "GetReasons", ...(kind && { kind }) }, "Reasons")).reasons ?? [];
  }

  /** Newest first, at most twenty. */
  async lastContacts(medium?: Medium): Promise<readonly Contact[]> {
    return (await this.asked({ query: "GetLastContacts", ...(medium && { medium }) }, "LastContacts")).contacts ?? [];
  }

  async settings(name: string): Promise<string> {
    return (await this.asked({ query: "GetSettings", name }, "SettingsText")).text ?? "";
  }

  async teamMessages(team?: TeamId): Promise<readonly TeamMessage[]> {
    return (await this.asked({ query: "GetTeamMessages", ...(team !== undefined && { team }) }, "TeamMessages")).messages ?? [];
  }

  // --- among the agent's pages -----------------------------------------------------------------------------------------

  /** Wants to be the page that does a once-only thing. `changed`: it is now this one's, or no longer. */
  claim(name: string, changed: (claim: Claim) => void = () => undefined): Claim {
    const known = this.claims.get(name);
    if (known !== undefined) throw new Error(`${name} is claimed by this page already`);
    const claim = new Claim(name, this.subject, this.client, changed);
    this.claims.set(name, claim);
    if (this.view !== undefined) claim.ask();
    return claim;
  }

  /** Tells all pages of the agent, this one too, a word that nobody keeps. It comes as `shared`. */
  share(name: string, data: unknown): void {
    this.client.share(this.subject, name, data);
  }

  /** Stands before a service: its commands come here first, whoever gave them. */
  guard(service: Service["service"], guard: Guard): Stop {
    this.guards.set(service, guard);
    if (this.view !== undefined) this.client.guard(this.subject, service, true);
    return () => {
      if (this.guards.get(service) !== guard) return;
      this.guards.delete(service);
      this.client.guard(this.subject, service, false);
    };
  }

  /** Does a desk command (`ScreenPop`, `ShowError` …) that somebody asks for. Only one page of the agent's does each. */
  perform<N extends Service["service"]>(service: N, performer: Performer<N>): Claim {
    const claim = this.claim(service);
    this.performers.set(service, performer as unknown as Performer<Service["service"]>);
    return claim;
  }

  /** For the hub: the connection is gone, and with it what was claimed. */
  lost(): void {
    for (const claim of this.claims.values()) claim.lost();
  }

  /** For the hub: a frame about this agent. */
  heard(frame: ServerFrame): void {
    switch (frame.type) {
      case "joined": // only now may something be claimed or guarded
        for (const claim of this.claims.values()) claim.ask();
        for (const service of this.guards.keys()) this.client.guard(this.subject, service, true);
        break;
      case "claimed":
        this.claims.get(frame.name)?.heard(frame);
        break;
      case "guarded":
        this.handOver(frame.command);
        break;
      case "asked":
        void this.performed(frame.command);
        break;
      default:
    }
  }

  private handOver(command: Command): void {
    const { subject, service, nesting = 0 } = command;
    this.guards.get(service.service)?.(command, () => this.client.execute(subject, service, { immediate: true, nesting }));
  }

  private async performed(command: Command): Promise<void> {
    const performer = this.performers.get(command.service.service);
    let outcome: Outcome = { outcome: "refused", code: "nobody-claimed" };
    try {
      if (performer !== undefined) outcome = (await performer(command.service)) ?? { outcome: "done" };
    } catch (error) {
      outcome = { outcome: "refused", code: "internal", message: String(error) };
    }
    this.client.settle(command.id, outcome);
  }

  private async asked<R extends Result["result"]>(query: Query, wanted: R): Promise<Extract<Result, { readonly result: R }>> {
    const result = await this.client.ask(this.subject, query);
    if (result.result === wanted) return result as Extract<Result, { readonly result: R }>;
    const { code, message = "" } = result.result === "NoAnswer" ? result : { code: "internal" };
    throw new Refusal(code, 0, message);
  }
}

function idOf(contact: ContactLike): ContactId {
  return typeof contact === "string" ? contact : contact.id;
}

function targetOf(target: TargetLike): Target {
  // People write numbers with blanks, dots, dashes and brackets; contact centres take none of them.
  return typeof target === "string" ? { kind: "number", number: target.replace(/[\s()./-]/g, "") } : target;
}
