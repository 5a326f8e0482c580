// Made by tools/generate.py from src/cordboard/model. Do not edit: run `make generate`.
//
// These are the shapes as they stand on the wire. A field that has its default is left out there, so it is optional here;
// `{ ...DEFAULTS.Contact, ...contact }` fills them in. What may be `None` in the model is left out, never `null`, except
// for the values of a `Change`, where `null` means that the key is gone.

export type AgentId = string;
export type CallId = string;
export type CommandId = string;
export type ConnectionId = string;
export type ContactId = string;
export type LinkId = string;
export type QueueId = string;
export type Subject = string;
export type TeamId = string;
export type ThreadId = string;

/** What a screen pop opens. */
export type PopKind = "record" | "url" | "list" | "search" | "flow" | "new";

/** What a contact is made of. */
export type Medium = "voice" | "chat" | "task";

/** CSTA's agent states. */
export type Availability = "null" | "not_ready" | "ready" | "busy" | "working_after_call";

/** CSTA's connection states. */
export type ConnectionState = "null" | "initiated" | "alerting" | "connected" | "hold" | "queued" | "fail";

/** Where a contact stands, as its agent sees it. Ours: CSTA has no word for a contact. */
export type Phase = "offered" | "dialling" | "active" | "paused" | "wrap_up" | "closed";

/** Why a contact ended for this agent. `lost`: it vanished while the link was down, nobody told us how. */
export type Ending = "completed" | "missed" | "declined" | "abandoned" | "failed" | "transferred" | "diverted" | "lost";

/** What a call is for within its contact. */
export type CallKind = "main" | "consult" | "reservation" | "monitor";

/** Who a participant is. */
export type Role = "customer" | "agent" | "third_party" | "queue" | "supervisor";

/** Who began: `internal` is agent to agent. */
export type Direction = "inbound" | "outbound" | "internal";

/** What a reason code explains. */
export type ReasonKind = "not_ready" | "wrap_up" | "logout" | "disposition";

/** What a supervisor does in an agent's call. */
export type SuperviseAction = "listen" | "whisper" | "barge" | "take_over" | "leave";

/** What can be called. */
export type TargetKind = "agent" | "queue" | "number";

/** Who an agent is and what the agent may use. */
export interface AgentProfile {
  readonly id: AgentId;
  readonly login?: string;
  readonly name?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly extension?: string;
  readonly device?: Device;
  /** Of ``agent``, ``supervisor``, ``admin``. */
  readonly roles?: readonly string[];
  readonly team?: TeamId;
  /** Teams by name: the own and the supervised ones. */
  readonly teams?: readonly Team[];
  readonly supervises?: readonly TeamId[];
  readonly queues?: readonly Queue[];
  readonly default_queue?: QueueId;
  readonly skills?: { readonly [key: string]: number };
  readonly reasons?: readonly Reason[];
  readonly dispositions?: readonly Reason[];
  /** How many contacts of each medium at once; a medium that is missing is not the agent's. */
  readonly capacity?: { readonly [K in Medium]?: number };
  readonly permissions?: readonly string[];
  readonly locale?: string;
}

/** An agent's state for one link and one medium. */
export interface AgentState {
  readonly link: LinkId;
  readonly medium?: Medium;
  readonly state?: Availability;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent had chosen before a contact made it busy; `None` when `state` is the choice itself. */
  readonly chosen?: PendingState;
  /** Why the contact centre holds the agent back (``no-answer``, ``line-engaged`` …), kebab-case; empty for none. */
  readonly fault?: string;
  /** By the vendor's clock where it told, else by ours. */
  readonly since?: number;
}

/**
 * A state that an agent chose: to be had when the present contact is over, or to return to then.
 *
 * `then` with `working_after_call`: what follows the after-call work.
 */
export interface PendingState {
  readonly state: Availability;
  readonly reason?: Reason;
  readonly then?: Availability;
}

/** A reason code of the contact centre. `limit` in seconds, 0 for none. */
export interface Reason {
  readonly code: string;
  readonly label?: string;
  readonly kind?: ReasonKind;
  readonly productive?: boolean;
  readonly limit?: number;
}

/** What an agent answers on. `permanent`: the line stays up between calls. */
export interface Device {
  /** ``softphone``, ``desk`` or ``mobile``. */
  readonly kind?: string;
  readonly number?: string;
  readonly permanent?: boolean;
}

/** A team of agents. */
export interface Team {
  readonly id: TeamId;
  readonly name?: string;
}

/** A queue of the contact centre. */
export interface Queue {
  readonly id: QueueId;
  readonly name?: string;
  readonly number?: string;
  readonly medium?: Medium;
}

/** One agent's view of a customer interaction, start to end. `thread` joins it with the others' views of it. */
export interface Contact {
  readonly id: ContactId;
  readonly link: LinkId;
  readonly agent?: AgentId;
  readonly thread?: ThreadId;
  /** Older ids of the thread, that mean the same since a transfer or conference joined them. */
  readonly thread_aliases?: readonly ThreadId[];
  /** The contact that this one was transferred from; `None` for the first of the chain. */
  readonly previous?: ContactId;
  /** The first contact of the transfer chain (Streams' initialContactId); `None` if this is it. */
  readonly origin?: ContactId;
  readonly medium?: Medium;
  readonly direction?: Direction;
  readonly phase?: Phase;
  readonly phase_since?: Stamp;
  readonly created?: Stamp;
  readonly queued?: Stamp;
  readonly ended_by?: Ending;
  readonly customer?: Participant;
  /** With its name and number: a transferred contact may come from a queue that the agent's profile lacks. */
  readonly queue?: Queue;
  readonly campaign?: string;
  readonly campaign_name?: string;
  /** Empty, ``preview``, ``direct_preview``, ``progressive`` or ``predictive``. */
  readonly campaign_mode?: string;
  /** The entry of the campaign's list. */
  readonly list_record?: ListRecord;
  /** The callback that this contact keeps, by its id. */
  readonly callback?: string;
  /** Another contact that this one belongs to without being its continuation. */
  readonly related?: ContactId;
  /** Where a click-to-dial came from. */
  readonly related_record?: Record;
  readonly transferred_by?: Participant;
  /** Seconds that after-call work may last, 0 for no limit. */
  readonly wrap_up_limit?: number;
  /** Title of a chat or task. Personal. */
  readonly subject?: string;
  /** What a task or a callback is about. Personal. */
  readonly text?: string;
  /** What a task refers to: records and addresses by `kind`, `name` and `url`. */
  readonly links?: readonly Record[];
  /** The vendor's word beneath the medium: ``email``, ``ticket``, ``queue_callback`` … */
  readonly variety?: string;
  readonly disposition?: string;
  /** What the agent wrote. Personal. */
  readonly notes?: string;
  /** Local to this hub, by SetLocalData. Personal. */
  readonly variables?: { readonly [key: string]: string };
  readonly records?: readonly Record[];
  /** The CRM search: empty while there was none, ``done``, or why it failed. */
  readonly lookup?: string;
  readonly activities?: readonly Activity[];
  readonly calls?: readonly Call[];
  /** Transitions that the tables lack, as ``Event: from -> to``; the switch is right, so they were applied. */
  readonly flags?: readonly string[];
}

/** The entry of a campaign's list that a contact is about. `fields` are personal. */
export interface ListRecord {
  readonly id: string;
  /** The name of the list. */
  readonly list?: string;
  readonly fields?: { readonly [key: string]: string };
  /** How often it has been tried, this time included. */
  readonly attempt?: number;
}

/** A call that was promised: to be offered at `due`, to `agent` or to whoever is free in `queue`. */
export interface Callback {
  readonly id: string;
  /** Personal. */
  readonly number: string;
  /** Personal. */
  readonly name?: string;
  readonly due?: number;
  readonly agent?: AgentId;
  readonly queue?: QueueId;
  readonly campaign?: string;
  readonly thread?: ThreadId;
  /** The contact in which it was promised, as its agent sees it. */
  readonly contact?: ContactId;
  /** What it is about. Personal. */
  readonly text?: string;
}

/** A CSTA call within a contact. `ani`, `dialled` and `data` are personal. */
export interface Call {
  readonly id: CallId;
  readonly vendor_id?: string;
  readonly aliases?: readonly string[];
  /** Further ids and words of the vendor by its own names: ``callKeyCallId``, ``session_id``, ``connId``, ``callType`` … */
  readonly references?: { readonly [key: string]: string };
  readonly kind?: CallKind;
  readonly direction?: Direction;
  readonly ani?: string;
  readonly dnis?: string;
  readonly dialled?: string;
  readonly data?: AttachedData;
  readonly wrap_up_reason?: string;
  /** Empty, ``recording`` or ``paused``. */
  readonly recording?: string;
  readonly stamps?: Stamps;
  readonly connections?: readonly Connection[];
  readonly cleared?: boolean;
  /** How it began, a word of `vocabulary.INITIATIONS`; the vendor's own word stands in `references`. */
  readonly initiation?: string;
}

/**
 * A participant's place in a call. Hold lies on the holder's own connection.
 *
 * `held_alone`: this party was put on hold by itself while the others go on talking (Streams can do that to each
 * party; then its connection is `hold` although another holds it). Not of a party that has put the call on hold itself.
 */
export interface Connection {
  readonly id: ConnectionId;
  readonly participant: Participant;
  readonly state: ConnectionState;
  readonly device?: string;
  readonly muted?: boolean;
  readonly forced_mute?: boolean;
  readonly held_alone?: boolean;
  /** Of the agent's own that is on hold: the call is put aside, and leaves the agent free for others (CSTA Park Call). */
  readonly parked?: boolean;
  /** How a supervisor takes part: listen, whisper or barge. */
  readonly supervises?: SuperviseAction;
  /** A word of `vocabulary.CAUSES`. */
  readonly cause?: string;
  /** By the vendor's clock where it told, else by ours. */
  readonly since?: number;
  /** The quick-connect name by which the party was called, where there was one. */
  readonly label?: string;
}

/** Who is at the other end of a connection. `name` and `number` are personal for customers. */
export interface Participant {
  readonly role: Role;
  readonly id?: string;
  readonly name?: string;
  readonly number?: string;
}

/**
 * Data of a call, personal; it travels with a transfer. Peripheral: PerVar1 … Call.*. What stays on this hub is
 * `Contact.variables`.
 */
export interface AttachedData {
  readonly peripheral?: { readonly [key: string]: string };
  readonly named?: { readonly [key: string]: string };
}

/** The four moments of a call. */
export interface Stamps {
  readonly created?: Stamp;
  readonly connected?: Stamp;
  readonly wrapped_up?: Stamp;
  readonly ended?: Stamp;
}

/** One moment, on the vendor's clock and on ours. 0: not yet, or not told. */
export interface Stamp {
  readonly vendor?: number;
  readonly ours?: number;
}

/** A CRM record that was found or shared. */
export interface Record {
  readonly kind: string;
  readonly id: string;
  readonly name?: string;
  readonly url?: string;
  /** Further columns of a hit. Personal. */
  readonly fields?: { readonly [key: string]: string };
}

/** Someone that can be called, consulted or transferred to. */
export interface Target {
  readonly kind: TargetKind;
  readonly id?: string;
  readonly name?: string;
  readonly number?: string;
  /** For agents their voice state, where known. */
  readonly state?: string;
}

/** What a supervisor tells teams. `author` is their id, `name` what they are called, where known. `duration` in seconds. */
export interface TeamMessage {
  readonly id: string;
  readonly author: AgentId;
  readonly name?: string;
  readonly content: string;
  readonly teams?: readonly TeamId[];
  readonly created?: number;
  readonly duration?: number;
}

/** A call-log entry that a CRM saved. */
export interface Activity {
  readonly id: string;
  readonly contact: ContactId;
  readonly record?: Record;
  readonly created?: boolean;
}

/**
 * A piece of a transcript; in a chat, a message. Personal. `confidence` 0 to 1.
 *
 * One that is not `final` comes again under the same id, until it is. Transcripts are read in the order of `start`.
 */
export interface Utterance {
  readonly id: string;
  readonly contact: ContactId;
  readonly role: Role;
  readonly text: string;
  readonly confidence?: number;
  readonly start?: number;
  readonly end?: number;
  readonly final?: boolean;
  readonly call?: CallId;
  /** The agent whose words these are, if they are an agent's. */
  readonly author?: AgentId;
  /** Whose words these are, as far as that is known. */
  readonly name?: string;
}

/** An answer that the contact centre suggests to the agent. */
export interface Suggestion {
  readonly id: string;
  readonly contact: ContactId;
  readonly title: string;
  readonly text?: string;
  readonly url?: string;
  readonly source?: string;
  readonly confidence?: number;
  /** The passages of the source that it rests on. */
  readonly snippets?: readonly string[];
  /** What it answers, by the id of the utterance. */
  readonly utterance?: string;
}

/** Whether a link serves the subject, and what it can do here. */
export interface LinkState {
  readonly up: boolean;
  readonly since?: number;
  readonly cause?: string;
  readonly retry?: string;
  readonly services?: readonly string[];
  /** Of commands that it cannot do here: why, for people to read. */
  readonly lacks?: { readonly [key: string]: string };
}

/**
 * A service asked for, on behalf of the agent of `subject`.
 *
 * The page mints `id` (at most 100 characters); the same id sent again is answered, not executed. `immediate` skips
 * dialling rules and guards but never the compliance gate. `nesting` counts how often guards issued it again.
 */
export interface Command {
  readonly id: CommandId;
  readonly subject: Subject;
  readonly service: Service;
  readonly link?: LinkId;
  readonly immediate?: boolean;
  readonly nesting?: number;
}

/** What is known of a contact; `None` leaves the old value. */
export interface ContactFacts {
  readonly thread?: ThreadId;
  readonly previous?: ContactId;
  readonly origin?: ContactId;
  readonly medium?: Medium;
  readonly direction?: Direction;
  readonly queue?: Queue;
  readonly queued_at?: number;
  readonly campaign?: string;
  readonly campaign_name?: string;
  readonly campaign_mode?: string;
  readonly list_record?: ListRecord;
  readonly callback?: string;
  readonly related?: ContactId;
  readonly related_record?: Record;
  readonly transferred_by?: Participant;
  readonly customer?: Participant;
  readonly subject?: string;
  readonly text?: string;
  readonly links?: readonly Record[];
  readonly variety?: string;
  readonly disposition?: string;
}

/** What is known of a call; `None` leaves the old value. */
export interface CallFacts {
  readonly kind?: CallKind;
  readonly direction?: Direction;
  readonly vendor_id?: string;
  readonly aliases?: readonly string[];
  readonly references?: { readonly [key: string]: string };
  readonly ani?: string;
  readonly dnis?: string;
  readonly dialled?: string;
  readonly data?: AttachedData;
  readonly wrap_up_reason?: string;
  readonly recording?: string;
  readonly initiation?: string;
}

/** All that a page may see of a subject. */
export interface View {
  readonly subject: Subject;
  readonly profile?: AgentProfile;
  readonly links?: { readonly [key: LinkId]: LinkState };
  readonly states?: { readonly [key: string]: AgentState };
  readonly contacts?: { readonly [key: ContactId]: Contact };
  readonly recent?: readonly Contact[];
  /** Transcripts, chats included: what was told last stands last. */
  readonly utterances?: { readonly [key: ContactId]: readonly Utterance[] };
  readonly suggestions?: { readonly [key: ContactId]: readonly Suggestion[] };
  /** The calls that were promised, by their ids. */
  readonly callbacks?: { readonly [key: string]: Callback };
  readonly messages?: readonly TeamMessage[];
  readonly controls?: { readonly [key: string]: { readonly [key: string]: string } };
}

/** What an entry changed. A key with the value `null` is gone; a field that is not there stays as it was. */
export interface Change {
  readonly profile?: AgentProfile;
  readonly links?: { readonly [key: LinkId]: LinkState | null };
  readonly states?: { readonly [key: string]: AgentState | null };
  readonly contacts?: { readonly [key: ContactId]: Contact | null };
  /** The whole new list, where it changed. */
  readonly recent?: readonly Contact[];
  /** What was told, and no more: each takes the place of the one of its id, and stands last. */
  readonly utterances?: { readonly [key: ContactId]: readonly Utterance[] | null };
  /** As `utterances`. */
  readonly suggestions?: { readonly [key: ContactId]: readonly Suggestion[] | null };
  readonly callbacks?: { readonly [key: string]: Callback | null };
  readonly messages?: readonly TeamMessage[];
  /** By contact: the services whose code is another one now; the others keep theirs. */
  readonly controls?: { readonly [key: string]: { readonly [key: string]: string } | null };
}

/** The one JSON error body, at every door: ``{"error": {"code", "message", "details"}}``. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: { readonly [key: string]: string };
}

/** What a door answers: the body under the key ``error``. */
export interface ErrorReply {
  readonly error: ErrorBody;
}

/** CSTA: the agent's device went off hook to call; nothing dialled yet. */
export interface ServiceInitiated {
  readonly type: "ServiceInitiated";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a call is being set up from the agent's device. */
export interface Originated {
  readonly type: "Originated";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a connection is alerting: the agent's (an offer) or a called party's. */
export interface Delivered {
  readonly type: "Delivered";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: the call waits in a queue. On the queue's subject, or on an agent's when a consulted queue holds the call. */
export interface Queued {
  readonly type: "Queued";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a connection was answered. */
export interface Established {
  readonly type: "Established";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a connection was put on hold; or parked, which the connection says. For chat and task contacts: paused. */
export interface Held {
  readonly type: "Held";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a held or parked connection talks again. For chat and task contacts: resumed. */
export interface Retrieved {
  readonly type: "Retrieved";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: the call left this device or queue for another, unanswered here. */
export interface Diverted {
  readonly type: "Diverted";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: two calls became one; `merged` is the call that ceased to be, `call` the one that goes on. */
export interface Conferenced {
  readonly type: "Conferenced";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
  readonly merged?: CallId;
  readonly aliases?: readonly ThreadId[];
}

/** CSTA: the call moved from one party to another. `aliases` are thread ids that now mean this contact's thread. */
export interface Transferred {
  readonly type: "Transferred";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
  readonly merged?: CallId;
  readonly aliases?: readonly ThreadId[];
}

/** CSTA: a party left the call, the others may go on. */
export interface ConnectionCleared {
  readonly type: "ConnectionCleared";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: the call is over for all. */
export interface CallCleared {
  readonly type: "CallCleared";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a call could not be completed; `cause` tells why (``busy``, ``no-answer``, ``invalid-number`` …). */
export interface Failed {
  readonly type: "Failed";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: data of the call or contact changed, no connection did. */
export interface CallInformation {
  readonly type: "CallInformation";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA: a participant was muted or unmuted; `connections` says which. */
export interface MicrophoneMute {
  readonly type: "MicrophoneMute";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
}

/** CSTA (Generate Digits): DTMF was sent into the call. `digits` may be personal (a card number). */
export interface DigitsGenerated {
  readonly type: "DigitsGenerated";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly call: CallId;
  /** Who did it, where the vendor tells: CSTA's releasing, holding, transferring … device. */
  readonly by?: ConnectionId;
  readonly connections?: readonly Connection[];
  readonly contact_facts?: ContactFacts;
  readonly call_facts?: CallFacts;
  readonly digits?: string;
}

/** CSTA: logged on to the medium, still not ready. */
export interface AgentLoggedOn {
  readonly type: "AgentLoggedOn";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly medium?: Medium;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before. */
  readonly chosen?: PendingState;
  readonly fault?: string;
}

/** CSTA: logged off from the medium. */
export interface AgentLoggedOff {
  readonly type: "AgentLoggedOff";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly medium?: Medium;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before. */
  readonly chosen?: PendingState;
  readonly fault?: string;
}

/** CSTA: waits for work. */
export interface AgentReady {
  readonly type: "AgentReady";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly medium?: Medium;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before. */
  readonly chosen?: PendingState;
  readonly fault?: string;
}

/** CSTA: takes no work, for `reason`. */
export interface AgentNotReady {
  readonly type: "AgentNotReady";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly medium?: Medium;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before. */
  readonly chosen?: PendingState;
  readonly fault?: string;
}

/**
 * CSTA: occupied by a contact, from the moment a routed contact is offered or a call is begun. `cause` is ``reserved``
 * when a campaign holds the agent before there is a call.
 */
export interface AgentBusy {
  readonly type: "AgentBusy";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly medium?: Medium;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before. */
  readonly chosen?: PendingState;
  readonly fault?: string;
}

/** CSTA: after-call work. */
export interface AgentWorkingAfterCall {
  readonly type: "AgentWorkingAfterCall";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly medium?: Medium;
  readonly reason?: Reason;
  readonly pending?: PendingState;
  /** What the agent has chosen beneath a contact, where the vendor tells; else the fold remembers what it was before. */
  readonly chosen?: PendingState;
  readonly fault?: string;
}

/** Ours: the contact's talking is over, its after-call work has begun. `ended_by` says how the talking ended. */
export interface WrapUpStarted {
  readonly type: "WrapUpStarted";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly ended_by?: Ending;
  /** Seconds that it may last, 0 for no limit. */
  readonly limit?: number;
}

/** Ours: the contact is over for this agent (or queue). */
export interface ContactClosed {
  readonly type: "ContactClosed";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly ended_by?: Ending;
}

/** Ours: the link serves this subject; `services` are the commands that it can do here, `lacks` says of others why not. */
export interface LinkUp {
  readonly type: "LinkUp";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly services?: readonly string[];
  readonly lacks?: { readonly [key: string]: string };
}

/**
 * Ours: the link was lost. `cause` is a kebab-case reason, `retry` one of later, login, give-up; or removed, where the settings have
 * the link no more: then nothing is left of it here.
 */
export interface LinkDown {
  readonly type: "LinkDown";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly retry?: string;
}

/**
 * Ours: the vendor's whole state for this subject, in place of all that the link told before.
 *
 * An open contact of the link that is missing here ended while nobody told us: it closes as `lost`. `callbacks` is `None` where
 * the vendor does not tell of them.
 */
export interface Snapshot {
  readonly type: "Snapshot";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly profile?: AgentProfile;
  readonly states?: readonly AgentState[];
  readonly contacts?: readonly Contact[];
  readonly callbacks?: readonly Callback[];
}

/** Ours: the agent's profile is now this. */
export interface ProfileChanged {
  readonly type: "ProfileChanged";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly profile: AgentProfile;
}

/** Ours: the command is on disk and goes to the link next. `by` is the identity's subject, for the audit. */
export interface CommandIssued {
  readonly type: "CommandIssued";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly command: Command;
  readonly by?: string;
}

/** Ours: what became of a command. */
export interface CommandSettled {
  readonly type: "CommandSettled";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly command: CommandId;
  readonly outcome: Outcome;
}

/** Ours: a frame that nobody understood, kept. `data` is text, or base64 of what was not UTF-8 (`encoded`). */
export interface Unrecognised {
  readonly type: "Unrecognised";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly channel?: string;
  readonly data?: string;
  readonly encoded?: boolean;
  readonly truncated?: boolean;
}

/** Ours: a piece of a transcript, or a chat message. One of an id that was told before takes the place of that. */
export interface Uttered {
  readonly type: "Utterance";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly utterance: Utterance;
}

/** Ours: a suggested answer. */
export interface Suggested {
  readonly type: "Suggested";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly suggestion: Suggestion;
}

/** Ours: a call was promised, or the promise changed. On the agent's subject, or on the queue's. */
export interface CallbackScheduled {
  readonly type: "CallbackScheduled";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly callback: Callback;
}

/** Ours: a promised call is no longer to come: it is being offered, was kept, or was called off (`cause`). */
export interface CallbackRemoved {
  readonly type: "CallbackRemoved";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly callback: string;
}

/** Ours: the CRM search for a contact came back with these records. */
export interface LookedUp {
  readonly type: "LookedUp";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly records?: readonly Record[];
  /** Why the search failed; empty if it did not. */
  readonly failed?: string;
}

/** Ours: a call-log entry was written to the CRM. */
export interface ActivitySaved {
  readonly type: "ActivitySaved";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly activity: Activity;
}

/** Ours: an agent shared a CRM record with the others of the contact. */
export interface RecordShared {
  readonly type: "RecordShared";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly record: Record;
}

/** Ours: the notes of a contact are now this. Personal. */
export interface NoteTaken {
  readonly type: "NoteTaken";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly text?: string;
}

/** Ours: variables that stay on this hub were set; an empty value removes one. Personal. */
export interface LocalDataSet {
  readonly type: "LocalDataSet";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly contact: ContactId;
  readonly variables?: { readonly [key: string]: string };
}

/** Ours: a supervisor wrote to a team. */
export interface TeamMessagePosted {
  readonly type: "TeamMessagePosted";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly message: TeamMessage;
}

/** Ours: a team message was taken back. */
export interface TeamMessageDeleted {
  readonly type: "TeamMessageDeleted";
  readonly link?: LinkId;
  readonly at?: number;
  readonly cause?: string;
  readonly message: string;
}

/** CSTA Make Call. `target` is an agent, queue or number; `record` is where a click-to-dial came from. */
export interface MakeCall {
  readonly service: "MakeCall";
  readonly target: Target;
  readonly queue?: QueueId;
  readonly campaign?: string;
  readonly data?: AttachedData;
  readonly record?: Record;
  readonly related?: ContactId;
}

/** CSTA Answer Call; for chats and tasks: accept. */
export interface AnswerCall {
  readonly service: "AnswerCall";
  readonly contact: ContactId;
  readonly call?: CallId;
}

/** CSTA Deflect Call: sends an alerting call elsewhere. Without a target: declines it. */
export interface DeflectCall {
  readonly service: "DeflectCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly target?: Target;
  /** For a preview: never offer it again. */
  readonly discard?: boolean;
}

/** CSTA Clear Connection: drops a party; without `connection` the agent leaves (hangs up). */
export interface ClearConnection {
  readonly service: "ClearConnection";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly connection?: ConnectionId;
}

/** CSTA Hold Call: the agent's own connection, or one far party alone. */
export interface HoldCall {
  readonly service: "HoldCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly connection?: ConnectionId;
}

/** CSTA Retrieve Call: the agent's own connection, on hold or parked; or one far party that was held alone, who has to be named. */
export interface RetrieveCall {
  readonly service: "RetrieveCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly connection?: ConnectionId;
}

/**
 * CSTA Park Call, at the agent's own device: the caller waits as on hold, and the agent is free for other contacts. There may be
 * several. `RetrieveCall` takes it back.
 */
export interface ParkCall {
  readonly service: "ParkCall";
  readonly contact: ContactId;
  readonly call?: CallId;
}

/** CSTA Consultation Call: holds the call and makes a second one in the same contact. */
export interface ConsultationCall {
  readonly service: "ConsultationCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly target: Target;
  readonly data?: AttachedData;
  readonly record?: Record;
}

/** CSTA Alternate Call: swaps the held and the active call. */
export interface AlternateCall {
  readonly service: "AlternateCall";
  readonly contact: ContactId;
  readonly call?: CallId;
}

/** CSTA Reconnect Call: drops the consult call and retrieves the held one. */
export interface ReconnectCall {
  readonly service: "ReconnectCall";
  readonly contact: ContactId;
  readonly call?: CallId;
}

/**
 * CSTA Transfer Call: joins the held and the active call and leaves (warm transfer). `other`: the contact of the second
 * call, where it is not a consult call of this one; then two that are parked can be joined, too.
 */
export interface TransferCall {
  readonly service: "TransferCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly other?: ContactId;
}

/** CSTA Conference Call: joins the held (or parked) and the active call and stays. `other` as with `TransferCall`. */
export interface ConferenceCall {
  readonly service: "ConferenceCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly other?: ContactId;
}

/** CSTA Single Step Transfer Call (blind transfer). */
export interface SingleStepTransferCall {
  readonly service: "SingleStepTransferCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly target: Target;
  readonly record?: Record;
}

/** CSTA Single Step Conference Call: adds a party at once. */
export interface SingleStepConferenceCall {
  readonly service: "SingleStepConferenceCall";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly target: Target;
}

/** CSTA Generate Digits: DTMF into the call. */
export interface GenerateDigits {
  readonly service: "GenerateDigits";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly digits: string;
  readonly connection?: ConnectionId;
}

/** CSTA Associate Data: peripheral and named data, merged by key; an empty value removes one. */
export interface AssociateData {
  readonly service: "AssociateData";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly data: AttachedData;
  readonly wrap_up_reason?: string;
}

/** CSTA Set Microphone Mute: the agent's own connection, or another party's. */
export interface SetMicrophoneMute {
  readonly service: "SetMicrophoneMute";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly mute: boolean;
  readonly connection?: ConnectionId;
}

/**
 * CSTA Set Agent State, on one medium. In a contact it becomes pending where the contact centre allows that.
 *
 * `then` with `working_after_call`: what shall follow the after-call work.
 */
export interface SetAgentState {
  readonly service: "SetAgentState";
  readonly state: Availability;
  readonly then?: Availability;
  readonly medium?: Medium;
  readonly reason?: string;
}

/** Ours: how the contact went, one of the listed codes; empty removes it. */
export interface SetDisposition {
  readonly service: "SetDisposition";
  readonly contact: ContactId;
  readonly disposition: string;
}

/** Ours: ends the after-call work and closes the contact. */
export interface CompleteContact {
  readonly service: "CompleteContact";
  readonly contact: ContactId;
}

/** Ours: pauses a chat or task. */
export interface PauseContact {
  readonly service: "PauseContact";
  readonly contact: ContactId;
}

/** Ours: resumes a paused chat or task. */
export interface ResumeContact {
  readonly service: "ResumeContact";
  readonly contact: ContactId;
}

/** Ours: writes a message into a chat. What was sent comes as an utterance; `Done` has its id, if it is known by then. */
export interface SendMessage {
  readonly service: "SendMessage";
  readonly contact: ContactId;
  readonly text: string;
}

/**
 * Ours: promises the customer of this contact a call at `due`: by this agent, or by whoever is free in `queue` then.
 *
 * Without `number` it is the one that the contact has.
 */
export interface ScheduleCallback {
  readonly service: "ScheduleCallback";
  readonly contact: ContactId;
  readonly due: number;
  readonly number?: string;
  readonly queue?: QueueId;
  readonly text?: string;
}

/** Ours: calls off a callback of the agent's, or of one of their queues. */
export interface CancelCallback {
  readonly service: "CancelCallback";
  readonly callback: string;
}

/** Ours: starts recording the call, or resumes a paused recording. */
export interface StartRecording {
  readonly service: "StartRecording";
  readonly contact: ContactId;
  readonly call?: CallId;
}

/** Ours: stops recording, or pauses it (`pause`). */
export interface StopRecording {
  readonly service: "StopRecording";
  readonly contact: ContactId;
  readonly call?: CallId;
  readonly pause?: boolean;
}

/** Ours: a supervisor enters the call of another agent. The command's subject is the supervisor. */
export interface Supervise {
  readonly service: "Supervise";
  readonly agent: AgentId;
  readonly contact: ContactId;
  readonly action: SuperviseAction;
}

/** Ours: a supervisor sets another agent's state. The command's subject is the supervisor. */
export interface SuperviseAgent {
  readonly service: "SuperviseAgent";
  readonly agent: AgentId;
  readonly state: Availability;
  readonly medium?: Medium;
  readonly reason?: string;
}

/** Writes to the teams of a supervisor. `duration` in seconds, 0 for ever. */
export interface PostTeamMessage {
  readonly service: "PostTeamMessage";
  readonly content: string;
  readonly teams: readonly TeamId[];
  readonly duration?: number;
}

/** Takes a team message back. */
export interface DeleteTeamMessage {
  readonly service: "DeleteTeamMessage";
  readonly message: string;
  readonly teams: readonly TeamId[];
}

/** Shows a CRM record to every agent of the contact's thread. */
export interface ShareRecord {
  readonly service: "ShareRecord";
  readonly contact: ContactId;
  readonly record: Record;
}

/** Sets the notes of the contact. */
export interface TakeNote {
  readonly service: "TakeNote";
  readonly contact: ContactId;
  readonly text: string;
}

/** Sets variables that stay on this hub, merged by key; an empty value removes one. */
export interface SetLocalData {
  readonly service: "SetLocalData";
  readonly contact: ContactId;
  readonly variables: { readonly [key: string]: string };
}

/** Searches the CRM for a contact's customer, or for `text`. */
export interface SearchRecords {
  readonly service: "SearchRecords";
  readonly contact?: ContactId;
  readonly text?: string;
}

/** Writes the call-log entry of a contact. */
export interface SaveActivity {
  readonly service: "SaveActivity";
  readonly contact: ContactId;
  readonly record?: Record;
  readonly fields?: { readonly [key: string]: string };
}

/** Opens something in the CRM. */
export interface ScreenPop {
  readonly service: "ScreenPop";
  readonly kind: PopKind;
  readonly what: string;
  readonly arguments?: { readonly [key: string]: string };
}

/** Height of a custom toolbar in pixels, 0 hides it. */
export interface SetToolbarSize {
  readonly service: "SetToolbarSize";
  readonly toolbar: string;
  readonly height: number;
}

/** Shows a text to the agent as an error. */
export interface ShowError {
  readonly service: "ShowError";
  readonly text: string;
}

/** Shows or hides the panel. */
export interface SetVisibility {
  readonly service: "SetVisibility";
  readonly visible: boolean;
}

/** Accepted by whoever does it. What it changes comes as events. `data` holds ids that were minted, if any. */
export interface Done {
  readonly outcome: "done";
  readonly data?: { readonly [key: string]: string };
}

/** Not done, for certain. `code` is one of `ERRORS`. */
export interface Refused {
  readonly outcome: "refused";
  readonly code: string;
  readonly message?: string;
}

/** Nobody knows whether it was done. It is never repeated by us. */
export interface Unconfirmed {
  readonly outcome: "unconfirmed";
  readonly reason?: string;
}

/** Who can be called: agents, queues, numbers whose name or number contains `text`. Pages by `after` (an opaque mark). */
export interface GetTargets {
  readonly query: "GetTargets";
  readonly text?: string;
  readonly kinds?: readonly TargetKind[];
  readonly limit?: number;
  readonly after?: string;
}

/** The reason codes of a kind. */
export interface GetReasons {
  readonly query: "GetReasons";
  readonly kind?: ReasonKind;
}

/** The agent's last closed contacts, newest first, at most 20. */
export interface GetLastContacts {
  readonly query: "GetLastContacts";
  readonly medium?: Medium;
}

/** A named settings string of the hub. */
export interface GetSettings {
  readonly query: "GetSettings";
  readonly name: string;
}

/** Live messages of a team, or of all of the agent's teams. */
export interface GetTeamMessages {
  readonly query: "GetTeamMessages";
  readonly team?: TeamId;
}

/** Answer to `GetTargets`; `after` is the mark of the next page, empty at the end. */
export interface Targets {
  readonly result: "Targets";
  readonly targets?: readonly Target[];
  readonly after?: string;
}

/** Answer to `GetReasons`. */
export interface Reasons {
  readonly result: "Reasons";
  readonly reasons?: readonly Reason[];
}

/** Answer to `GetLastContacts`: newest first. */
export interface LastContacts {
  readonly result: "LastContacts";
  readonly contacts?: readonly Contact[];
}

/** Answer to `GetSettings`. */
export interface SettingsText {
  readonly result: "SettingsText";
  readonly text?: string;
}

/** Answer to `GetTeamMessages`. */
export interface TeamMessages {
  readonly result: "TeamMessages";
  readonly messages?: readonly TeamMessage[];
}

/** The query could not be answered; `code` is one of `ERRORS`. */
export interface NoAnswer {
  readonly result: "NoAnswer";
  readonly code: string;
  readonly message?: string;
}

/** Told apart by `type`. */
export type Event =
  | ServiceInitiated
  | Originated
  | Delivered
  | Queued
  | Established
  | Held
  | Retrieved
  | Diverted
  | Conferenced
  | Transferred
  | ConnectionCleared
  | CallCleared
  | Failed
  | CallInformation
  | MicrophoneMute
  | DigitsGenerated
  | AgentLoggedOn
  | AgentLoggedOff
  | AgentReady
  | AgentNotReady
  | AgentBusy
  | AgentWorkingAfterCall
  | WrapUpStarted
  | ContactClosed
  | LinkUp
  | LinkDown
  | Snapshot
  | ProfileChanged
  | CommandIssued
  | CommandSettled
  | Unrecognised
  | Uttered
  | Suggested
  | CallbackScheduled
  | CallbackRemoved
  | LookedUp
  | ActivitySaved
  | RecordShared
  | NoteTaken
  | LocalDataSet
  | TeamMessagePosted
  | TeamMessageDeleted;

/** Told apart by `service`. */
export type Service =
  | MakeCall
  | AnswerCall
  | DeflectCall
  | ClearConnection
  | HoldCall
  | RetrieveCall
  | ParkCall
  | ConsultationCall
  | AlternateCall
  | ReconnectCall
  | TransferCall
  | ConferenceCall
  | SingleStepTransferCall
  | SingleStepConferenceCall
  | GenerateDigits
  | AssociateData
  | SetMicrophoneMute
  | SetAgentState
  | SetDisposition
  | CompleteContact
  | PauseContact
  | ResumeContact
  | SendMessage
  | ScheduleCallback
  | CancelCallback
  | StartRecording
  | StopRecording
  | Supervise
  | SuperviseAgent
  | PostTeamMessage
  | DeleteTeamMessage
  | ShareRecord
  | TakeNote
  | SetLocalData
  | SearchRecords
  | SaveActivity
  | ScreenPop
  | SetToolbarSize
  | ShowError
  | SetVisibility;

/** Told apart by `outcome`. */
export type Outcome =
  | Done
  | Refused
  | Unconfirmed;

/** Told apart by `query`. */
export type Query =
  | GetTargets
  | GetReasons
  | GetLastContacts
  | GetSettings
  | GetTeamMessages;

/** Told apart by `result`. */
export type Result =
  | Targets
  | Reasons
  | LastContacts
  | SettingsText
  | TeamMessages
  | NoAnswer;

type Filled<T, K extends keyof T> = { readonly [P in K]-?: Exclude<T[P], undefined> };

/** What a field means that was left out. */
export const DEFAULTS: {
  readonly AgentProfile: Filled<AgentProfile, "login" | "name" | "first_name" | "last_name" | "extension" | "roles" | "teams" | "supervises" | "queues" | "skills" | "reasons" | "dispositions" | "capacity" | "permissions" | "locale">;
  readonly AgentState: Filled<AgentState, "medium" | "state" | "fault" | "since">;
  readonly Reason: Filled<Reason, "label" | "kind" | "productive" | "limit">;
  readonly Device: Filled<Device, "kind" | "number" | "permanent">;
  readonly Team: Filled<Team, "name">;
  readonly Queue: Filled<Queue, "name" | "number" | "medium">;
  readonly Contact: Filled<Contact, "thread" | "thread_aliases" | "medium" | "direction" | "phase" | "phase_since" | "created" | "queued" | "campaign" | "campaign_name" | "campaign_mode" | "callback" | "wrap_up_limit" | "subject" | "text" | "links" | "variety" | "disposition" | "notes" | "variables" | "records" | "lookup" | "activities" | "calls" | "flags">;
  readonly ListRecord: Filled<ListRecord, "list" | "fields" | "attempt">;
  readonly Callback: Filled<Callback, "name" | "due" | "campaign" | "thread" | "text">;
  readonly Call: Filled<Call, "vendor_id" | "aliases" | "references" | "kind" | "direction" | "ani" | "dnis" | "dialled" | "data" | "wrap_up_reason" | "recording" | "stamps" | "connections" | "cleared" | "initiation">;
  readonly Connection: Filled<Connection, "device" | "muted" | "forced_mute" | "held_alone" | "parked" | "cause" | "since" | "label">;
  readonly Participant: Filled<Participant, "id" | "name" | "number">;
  readonly AttachedData: Filled<AttachedData, "peripheral" | "named">;
  readonly Stamps: Filled<Stamps, "created" | "connected" | "wrapped_up" | "ended">;
  readonly Stamp: Filled<Stamp, "vendor" | "ours">;
  readonly Record: Filled<Record, "name" | "url" | "fields">;
  readonly Target: Filled<Target, "id" | "name" | "number" | "state">;
  readonly TeamMessage: Filled<TeamMessage, "name" | "teams" | "created" | "duration">;
  readonly Utterance: Filled<Utterance, "confidence" | "start" | "end" | "final" | "name">;
  readonly Suggestion: Filled<Suggestion, "text" | "url" | "source" | "confidence" | "snippets" | "utterance">;
  readonly LinkState: Filled<LinkState, "since" | "cause" | "retry" | "services" | "lacks">;
  readonly View: Filled<View, "links" | "states" | "contacts" | "recent" | "utterances" | "suggestions" | "callbacks" | "messages" | "controls">;
  readonly Change: Filled<Change, "links" | "states" | "contacts" | "utterances" | "suggestions" | "callbacks" | "controls">;
} = {
  AgentProfile: { login: "", name: "", first_name: "", last_name: "", extension: "", roles: ["agent"], teams: [], supervises: [], queues: [], skills: {}, reasons: [], dispositions: [], capacity: {}, permissions: [], locale: "" },
  AgentState: { medium: "voice", state: "null", fault: "", since: 0 },
  Reason: { label: "", kind: "not_ready", productive: false, limit: 0 },
  Device: { kind: "desk", number: "", permanent: false },
  Team: { name: "" },
  Queue: { name: "", number: "", medium: "voice" },
  Contact: { thread: "", thread_aliases: [], medium: "voice", direction: "inbound", phase: "offered", phase_since: {}, created: {}, queued: {}, campaign: "", campaign_name: "", campaign_mode: "", callback: "", wrap_up_limit: 0, subject: "", text: "", links: [], variety: "", disposition: "", notes: "", variables: {}, records: [], lookup: "", activities: [], calls: [], flags: [] },
  ListRecord: { list: "", fields: {}, attempt: 1 },
  Callback: { name: "", due: 0, campaign: "", thread: "", text: "" },
  Call: { vendor_id: "", aliases: [], references: {}, kind: "main", direction: "inbound", ani: "", dnis: "", dialled: "", data: {}, wrap_up_reason: "", recording: "", stamps: {}, connections: [], cleared: false, initiation: "" },
  Connection: { device: "", muted: false, forced_mute: false, held_alone: false, parked: false, cause: "", since: 0, label: "" },
  Participant: { id: "", name: "", number: "" },
  AttachedData: { peripheral: {}, named: {} },
  Stamps: { created: {}, connected: {}, wrapped_up: {}, ended: {} },
  Stamp: { vendor: 0, ours: 0 },
  Record: { name: "", url: "", fields: {} },
  Target: { id: "", name: "", number: "", state: "" },
  TeamMessage: { name: "", teams: [], created: 0, duration: 0 },
  Utterance: { confidence: 1.0, start: 0, end: 0, final: true, name: "" },
  Suggestion: { text: "", url: "", source: "", confidence: 1.0, snippets: [], utterance: "" },
  LinkState: { since: 0, cause: "", retry: "", services: [], lacks: {} },
  View: { links: {}, states: {}, contacts: {}, recent: [], utterances: {}, suggestions: {}, callbacks: {}, messages: [], controls: {} },
  Change: { links: {}, states: {}, contacts: {}, utterances: {}, suggestions: {}, callbacks: {}, controls: {} },
};

/** Every error code, with what it means. */
export const ERRORS = {
  "bad-request": "The request is not valid HTTP, or no WebSocket handshake where one is needed.",
  "bad-json": "The body or frame is not JSON. Send one JSON object, UTF-8.",
  "bad-field": "A field is missing, unknown or of the wrong type; `details.field` names it.",
  "bad-subject": "A subject is `agent/<id>`, `team/<id>` or `queue/<id>`.",
  "bad-position": "A position is given back exactly as it was received.",
  "unknown-message": "The `type` of the frame is not one of the native protocol's.",
  "not-authenticated": "Send a valid token: the first frame of a socket, or `Authorization: Bearer`.",
  "token-expired": "The token has expired: mint a new one.",
  "token-invalid": "The token is not one of ours, or was changed.",
  "wrong-password": "Name or password is wrong.",
  "wrong-api-key": "The API key is not one of those configured.",
  "not-allowed": "The token's scopes do not cover this; `details.scope` names the missing one.",
  "origin-refused": "The page's origin is not on the allow-list (`web.origins`).",
  "not-found": "There is nothing at this address or of this id.",
  "method-not-allowed": "The address exists, the HTTP method does not.",
  "too-large": "The body or frame is larger than the door allows.",
  "too-many-requests": "Slow down; `Retry-After` says for how long.",
  "duplicate-command": "A command with this id but another content was sent before.",
  "internal": "Cordboard failed. The log has the reason under `details.ref`.",
  "going-away": "The hub is stopping. Try again in a moment.",
  "store-failed": "The log could not be written. Nothing was sent to the link.",
  "store-locked": "Another process writes the log at `store.path`. Stop it, or give each hub its own file.",
  "store-newer": "The log was written by a newer Cordboard. Run that one, or keep another log.",
  "link-down": "The link to the contact centre is down; try again when it is up.",
  "vendor-refused": "The contact centre refused the command and gave no code that we know.",
  "vendor-failed": "The contact centre failed while doing the command.",
  "timeout": "No answer in time. The outcome of the command is unconfirmed: look before you repeat.",
  "unknown-agent": "No link serves this agent.",
  "unknown-contact": "The agent has no open contact of this id.",
  "unknown-call": "The contact has no live call of this id.",
  "unknown-connection": "The call has no live connection of this id.",
  "unknown-target": "No agent, queue or number of this name can be called.",
  "unknown-reason": "The reason code is not one of those listed.",
  "unknown-disposition": "The disposition is not one of those listed.",
  "impossible-here": "The link's contact centre cannot do this at all.",
  "wrong-state": "The agent, contact or call is not in a state that allows this.",
  "reason-needed": "Not ready needs one of the listed reason codes.",
  "no-free-line": "The agent already has as many calls as allowed.",
  "invalid-number": "The number cannot be dialled: give E.164 or an extension.",
  "invalid-digits": "DTMF is made of 0-9, *, # and A-D.",
  "dial-rule": "A dialling rule of this hub forbids the number.",
  "gate-closed": "The compliance gate did not allow this dial or recording.",
  "guard-nested": "The guard issued the command again and again; refused at the tenth.",
  "not-supported": "Nobody on this hub does this kind of command yet.",
  "nobody-claimed": "No page of the agent has claimed this desk action.",
} as const;

export type ErrorCode = keyof typeof ERRORS;
