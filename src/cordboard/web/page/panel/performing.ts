// What a keyboard shortcut asks for, in services: on the contact that is in front, and as its buttons would.

import { TEXTS } from "../parts/texts";
import type { Service } from "../wire/model";
import { isOwn, liveCalls, ownConnection, type FullContact } from "./reading";
import type { Action } from "./shortcuts";
import { CALLING, type Choosing } from "./wishes";

/** A service, somebody to be chosen for one, or (nothing) something that the panel itself shows. */
export type Performance = { readonly service: Service } | { readonly choosing: Choosing } | undefined;

export function performance(action: Action, current: FullContact | undefined): Performance {
  switch (action) {
    case "ready":
      return { service: { service: "SetAgentState", state: "ready" } };
    case "directory":
      return { choosing: CALLING };
    case "notReady":
    case "dial":
    case "recent":
    case "next":
    case "settings":
    case "help":
    case "keypad":
    case "notes":
      return undefined;
    default:
      return current === undefined ? undefined : ofContact(action, current);
  }
}

type OfContact = Exclude<Action, "ready" | "directory" | "notReady" | "dial" | "recent" | "next" | "settings" | "help" | "keypad" | "notes">;

function ofContact(action: OfContact, current: FullContact): Performance {
  const contact = current.id;
  const calls = liveCalls(current);
  switch (action) {
    case "answer":
      return { service: { service: "AnswerCall", contact } };
    case "decline":
      return { service: { service: "DeflectCall", contact } };
    case "hangUp":
      return { service: { service: "ClearConnection", contact } };
    case "hold":
      if (current.medium !== "voice") return { service: { service: current.phase === "paused" ? "ResumeContact" : "PauseContact", contact } };
      return { service: { service: calls.some((call) => ownConnection(call, current)?.state === "connected") ? "HoldCall" : "RetrieveCall", contact } };
    case "mute": {
      const muted = calls.some((call) => call.connections.some((item) => isOwn(item, current) && item.muted === true));
      return { service: { service: "SetMicrophoneMute", contact, mute: !muted } };
    }
    case "consult":
      return { choosing: { heading: TEXTS.consultWith, contact, then: (target) => ({ service: "ConsultationCall", contact, target }) } };
    case "transfer":
      return { choosing: { heading: TEXTS.transferTo, contact, then: (target) => ({ service: "SingleStepTransferCall", contact, target }) } };
    case "add":
      return { choosing: { heading: TEXTS.addTo, contact, then: (target) => ({ service: "SingleStepConferenceCall", contact, target }) } };
    case "complete":
      return { service: { service: "TransferCall", contact } };
    case "conference":
      return { service: { service: "ConferenceCall", contact } };
    case "alternate":
      return { service: { service: "AlternateCall", contact } };
    case "reconnect":
      return { service: { service: "ReconnectCall", contact } };
    case "finish":
      return { service: { service: "CompleteContact", contact } };
  }
}
