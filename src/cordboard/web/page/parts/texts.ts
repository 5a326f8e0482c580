// Every text of the pages, in one table. The keys are the model's words; one that the model lacks does not compile.

import type {
  Availability,
  CallKind,
  ConnectionState,
  Direction,
  Ending,
  ErrorCode,
  Medium,
  Phase,
  Role,
  Service,
  TargetKind,
} from "../wire/model";

type Words<K extends string> = { readonly [word in K]: string };

export const STATES: Words<Availability> = {
  null: "Logged off",
  not_ready: "Not ready",
  ready: "Ready",
  busy: "On a contact",
  working_after_call: "After-call work",
};

export const PHASES: Words<Phase> = {
  offered: "Ringing",
  dialling: "Calling",
  active: "In progress",
  paused: "Paused",
  wrap_up: "Wrap-up",
  closed: "Closed",
};

export const CONNECTIONS: Words<ConnectionState> = {
  null: "gone",
  initiated: "dialling",
  alerting: "ringing",
  connected: "connected",
  hold: "on hold",
  queued: "in the queue",
  fail: "not reached",
};

export const ENDINGS: Words<Ending> = {
  completed: "Completed",
  missed: "Missed",
  declined: "Declined",
  abandoned: "Abandoned",
  failed: "Failed",
  transferred: "Transferred",
  diverted: "Diverted",
  lost: "Lost with the link",
};

export const CALLS: Words<CallKind> = {
  main: "Call",
  consult: "Consult call",
  reservation: "Reserved call",
  monitor: "Monitored call",
};

export const DIRECTIONS: Words<Direction> = { inbound: "Inbound", outbound: "Outbound", internal: "Internal" };
export const MEDIA: Words<Medium> = { voice: "Voice", chat: "Chat", task: "Task" };
export const TARGETS: Words<TargetKind> = { agent: "Agent", queue: "Queue", number: "Number" };

export const ROLES: Words<Role> = {
  customer: "Customer",
  agent: "Agent",
  third_party: "Third party",
  queue: "Queue",
  supervisor: "Supervisor",
};

/** What stands on the buttons. */
export const CONTROLS = {
  AnswerCall: "Answer",
  DeflectCall: "Decline",
  ClearConnection: "Hang up",
  HoldCall: "Hold",
  RetrieveCall: "Retrieve",
  SetMicrophoneMute: "Mute",
  GenerateDigits: "Keypad",
  ConsultationCall: "Consult",
  SingleStepTransferCall: "Transfer",
  TransferCall: "Complete transfer",
  ConferenceCall: "Conference",
  AlternateCall: "Alternate",
  ReconnectCall: "Reconnect",
  PauseContact: "Pause",
  ResumeContact: "Resume",
  SetDisposition: "Disposition",
  TakeNote: "Notes",
  CompleteContact: "Finish",
  MakeCall: "Call",
  SetAgentState: "State",
} as const satisfies { readonly [name in Service["service"]]?: string };

/** Why something was refused, in an agent's words. `offline` is the page's own: it has no connection to the hub. */
export const REFUSALS: Partial<Words<ErrorCode | "offline">> = {
  offline: "Not connected to Cordboard just now.",
  "bad-json": "The page sent something that Cordboard could not read.",
  "bad-field": "Something needed is missing or not allowed.",
  "bad-subject": "There is no such agent, team or queue.",
  "bad-position": "The page lost its place. Load it again.",
  "unknown-message": "The page and Cordboard are of different versions. Load it again.",
  "not-authenticated": "Please sign in.",
  "token-expired": "Your sign-in has expired. Please sign in again.",
  "token-invalid": "Your sign-in is not valid any more. Please sign in again.",
  "wrong-password": "Name or password is wrong.",
  "wrong-api-key": "The key is wrong.",
  "not-allowed": "You are not allowed to do this.",
  "origin-refused": "This page may not use Cordboard from here.",
  "not-found": "It is not there.",
  "method-not-allowed": "It cannot be done that way.",
  "too-large": "It is too long.",
  "too-many-requests": "Too many requests. Wait a moment.",
  "duplicate-command": "This was asked for before, in another way.",
  internal: "Cordboard failed. Please tell whoever runs it.",
  "store-failed": "Cordboard could not write its log, so nothing was done.",
  "link-down": "The line to the contact centre is down.",
  "vendor-refused": "The contact centre refused.",
  "vendor-failed": "The contact centre failed while doing it.",
  timeout: "No answer in time. Look before you try again.",
  "unknown-agent": "No contact centre serves this agent.",
  "unknown-contact": "This contact is over.",
  "unknown-call": "This call is over.",
  "unknown-connection": "This participant has left.",
  "unknown-target": "Nobody of this name can be called.",
  "unknown-reason": "This reason is not on the list.",
  "unknown-disposition": "This disposition is not on the list.",
  "impossible-here": "This contact centre cannot do this.",
  "wrong-state": "Not possible at this moment.",
  "reason-needed": "Choose a reason first.",
  "no-free-line": "You have as many calls as you can have.",
  "invalid-number": "This number cannot be dialled.",
  "invalid-digits": "Only 0–9, *, # and A–D can be sent.",
  "dial-rule": "A dialling rule forbids this number.",
  "gate-closed": "Calling this number is not allowed now.",
  "guard-nested": "Another page kept the call back.",
  "not-supported": "Cordboard cannot do this yet.",
  "nobody-claimed": "No page is there to do this.",
};

/** The sentence for a refusal; one that the table lacks is told in the server's words. */
export function refusalText(code: string, message = ""): string {
  return (REFUSALS as { readonly [code: string]: string })[code] ?? (message !== "" ? message : code);
}

export const TEXTS = {
  product: "Cordboard",
  desk: "Agent desk",
  console: "Simulator console",
  signIn: "Sign in",
  signOut: "Sign out",
  user: "Name",
  password: "Password",
  connecting: "Connecting…",
  reconnecting: "Connection lost. Trying again…",
  reconnectNow: "Try now",
  stayAway: (code: number) => `Cordboard closed this page (${code}). Load it again.`,
  signedOut: "Signed out.",
  noAgent: "This sign-in belongs to no agent.",
  linkDown: (link: string) => `The line to ${link} is down`,
  unconfirmed: (what: string) => `${what}: nobody knows whether it was done. Look before you try again.`,
  refused: (what: string, why: string) => `${what}: ${why}`,
  dismiss: "Dismiss",
  state: "Agent state",
  transferredBy: (name: string) => `Transferred by ${name}`,
  ofAtMost: (time: string) => `of ${time}`,
  afterwards: (state: string) => `Then: ${state}`,
  logOn: "Log on",
  logOff: "Log off",
  ready: "Ready",
  notReady: "Not ready",
  chooseReason: "Choose a reason",
  heldBack: (fault: string) => `Held back by the contact centre: ${fault}`,
  contacts: "Contacts",
  noContacts: "No contact. Calls that come in appear here.",
  noContactsNotReady: "No contact. Set yourself ready to get calls.",
  unknownCaller: "Unknown caller",
  queue: "Queue",
  attached: "Attached data",
  participants: "Participants",
  you: "You",
  muted: "muted",
  onHoldAlone: "put on hold",
  mute: "Mute",
  unmute: "Unmute",
  drop: (name: string) => `Drop ${name}`,
  dropShort: "Drop",
  consultWith: "Consult with…",
  transferTo: "Transfer to…",
  call: "Call…",
  keypad: "Keypad",
  sent: "Sent",
  close: "Close",
  search: "Name, number or queue",
  typedNumber: (number: string) => `Call ${number}`,
  nobody: "Nobody found.",
  found: (count: number) => (count === 1 ? "1 found" : `${count} found`),
  notes: "Notes",
  disposition: "How did it go?",
  choose: "Choose…",
  dial: "Call someone",
  number: "Number",
  directory: "Directory",
  recent: "Last contacts",
  noRecent: "None yet.",
  callBack: (name: string) => `Call ${name}`,
  ringOn: "Ringtone: on",
  ringOff: "Ringtone: off",
  ringElsewhere: "Ringtone: on another page",
  ringing: (name: string) => `Ringing: ${name}`,
  ringingTitle: (name: string) => `☎ ${name}`,
  ended: (name: string, how: string) => `${name}: ${how}`,
  nowState: (state: string) => `State: ${state}`,
} as const;
