// A step in a few words.

import { CONNECTIONS, ENDINGS, PHASES, ROLES } from "../parts/texts";
import type { Connection, Outcome } from "../wire/model";
import type { Frame, LoggedEvent, Step } from "./shapes";
import { WORDS } from "./words";

export type Tone = "plain" | "command" | "bad" | "warn" | "good";

/** What happened, beside its name. */
export function told(event: LoggedEvent, contacts: readonly string[]): string {
  const cause = event.cause ? ` (${event.cause})` : "";
  switch (event.type) {
    case "CommandIssued":
      return "";
    case "CommandSettled":
      return outcomeText(event.outcome ?? null);
    case "WrapUpStarted":
    case "ContactClosed":
      return (event.ended_by === undefined ? ENDINGS.completed : ENDINGS[event.ended_by]) + cause;
    case "LinkDown":
      return `${event.link ?? ""}${cause}`;
    case "LinkUp":
      return event.link ?? "";
    case "Snapshot": {
      if (contacts.length === 0) return event.link ?? "";
      const here = (event.contacts ?? []).find((item) => contacts.includes(item.id));
      return here === undefined ? WORDS.goneMeanwhile : WORDS.stillThere(PHASES[here.phase ?? "offered"].toLowerCase());
    }
    case "NoteTaken":
      return event.text ?? "";
    case "DigitsGenerated":
      return event.digits ?? "";
    case "Unrecognised":
      return `${event.channel ?? ""} ${(event.data ?? "").slice(0, 120)}`;
    default:
      return (event.connections ?? []).map(party).join(" · ") + (event.reason ? ` ${event.reason.label || event.reason.code}` : "") + cause;
  }
}

export function outcomeText(outcome: Outcome | null): string {
  switch (outcome?.outcome) {
    case undefined:
      return WORDS.pending;
    case "done":
      return WORDS.done;
    case "refused":
      return WORDS.refused(outcome.code);
    case "unconfirmed":
      return WORDS.unconfirmed(outcome.reason ?? "");
  }
}

export function tone(step: Step): Tone {
  const outcome = step.errand?.outcome ?? step.event?.outcome;
  if (outcome !== undefined && outcome.outcome !== "done") return "bad";
  switch (step.event?.type) {
    case "LinkDown":
    case "Unrecognised":
    case "Failed":
      return "warn";
    case "LinkUp":
    case "Snapshot":
      return "good";
    default:
      return step.errand !== null || step.event?.type === "CommandSettled" ? "command" : "plain";
  }
}

/** Where an entry came from. `services`: what commands asked for, by id. */
export function sourceText({ link, kind, where }: Frame, services: ReadonlyMap<string, string>): string {
  const what = kind === "start" ? "" : kind === "command" ? (services.get(where) ?? where) : where;
  return `${link}: ${WORDS.frames[kind]} ${what}`.trim();
}

function party({ participant, state, muted }: Connection): string {
  const who = participant.name || participant.number || participant.id || ROLES[participant.role];
  return `${who} ${CONNECTIONS[state].toLowerCase()}${muted ? " (muted)" : ""}`;
}
