// What an agent's state can be changed to, as the entries of a menu: one for each reason that the contact centre lists.

import { duration } from "../parts/duration";
import type { Choice } from "../parts/menu";
import { TEXTS } from "../parts/texts";
import { DEFAULTS, type AgentProfile, type Availability, type Medium, type Reason, type ReasonKind, type Service } from "../wire/model";

export interface StateChoice extends Choice {
  readonly service: Service;
}

/** A state on a medium, as a service. */
export function settingState(medium: Medium, state: Availability, reason = ""): Service {
  return {
    service: "SetAgentState",
    state,
    ...(medium === DEFAULTS.AgentState.medium ? {} : { medium }),
    ...(reason === "" ? {} : { reason }),
  };
}

/** The ways into one state; a single one where no reasons are listed. `named`: each says which state it is of. */
export function stateChoices(
  profile: AgentProfile | undefined,
  medium: Medium,
  { kind, state, label, named }: { readonly kind: ReasonKind; readonly state: Availability; readonly label: string; readonly named: boolean },
): readonly StateChoice[] {
  const listed = (profile?.reasons ?? []).filter((reason) => (reason.kind ?? DEFAULTS.Reason.kind) === kind);
  if (listed.length === 0) return [{ value: state, label, service: settingState(medium, state) }];
  return listed.map((reason) => ({
    value: `${state}/${reason.code}`,
    label: named ? `${label}: ${reasonLabel(reason)}` : reasonLabel(reason),
    note: reasonNote(reason),
    service: settingState(medium, state, reason.code),
  }));
}

/** Every state that one who is in this state can ask for, in one list. */
export function allChoices(profile: AgentProfile | undefined, medium: Medium, now: Availability): readonly StateChoice[] {
  const one = (state: Availability, label: string): StateChoice => ({ value: state, label, service: settingState(medium, state) });
  if (now === "null") return [one("ready", `${TEXTS.logOn}: ${TEXTS.ready}`), one("not_ready", `${TEXTS.logOn}: ${TEXTS.notReady}`)];
  return [
    one("ready", TEXTS.ready),
    ...stateChoices(profile, medium, { kind: "not_ready", state: "not_ready", label: TEXTS.notReady, named: true }),
    ...stateChoices(profile, medium, { kind: "logout", state: "null", label: TEXTS.logOff, named: true }),
  ];
}

export function reasonLabel(reason: Reason): string {
  return reason.label || reason.code;
}

function reasonNote(reason: Reason): string {
  const notes = [reason.limit ? TEXTS.limit(duration(reason.limit * 1000)) : "", reason.productive ? TEXTS.productive : ""];
  return notes.filter((text) => text !== "").join(" · ");
}
