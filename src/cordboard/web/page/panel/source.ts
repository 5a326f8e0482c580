// What the panel stands on. `PanelModel` is one, over the native socket; whoever has an agent's view from elsewhere writes
// another, and gives it to the element:
//
//     const panel = document.createElement("cb-panel");
//     panel.source = source;

import type { Status } from "../wire/client";
import type { MaintenanceFrame } from "../wire/frames";
import type { Outcome, Service, Target, TargetKind, TeamMessage, View } from "../wire/model";
import type { Board } from "./boards";

/** What only one of an agent's pages does. The name is that of the claim. */
export type Duty = "ringtone" | "notification";

export const DUTIES: readonly Duty[] = ["ringtone", "notification"];

/** Who does it: `here` this page, `elsewhere` another of the agent's, `nowhere` none. */
export type Doer = "here" | "elsewhere" | "nowhere";

export interface Question {
  readonly text: string;
  readonly kind?: TargetKind;
  /** The mark that came with the page before. */
  readonly after?: string;
}

export interface Found {
  readonly targets: readonly Target[];
  /** The mark of the next page; empty at the end. */
  readonly after: string;
}

export interface PanelNews {
  /** Something to see anew. */
  changed?(): void;
  /** The agent's own view, before and after. */
  viewed?(before: View | undefined, after: View): void;
  /** Words for the agent. */
  said?(text: string): void;
}

export interface PanelSource {
  readonly view: View | undefined;
  readonly status: Status;
  /** The server's clock. */
  readonly clock: { now(): number };
  /** Tells of what comes; the answer ends it. */
  listen(news: PanelNews): () => void;
  /** Why a service cannot be asked for now, a code of the model; empty if it can. `contact` is empty for the agent's own. */
  refused(contact: string, service: Service["service"]): string;
  /** Asks for it, and says what was refused. */
  run(service: Service): Promise<Outcome>;
  /** Who can be called. Nobody when there is no answer. */
  targets(question: Question): Promise<Found>;
  doer(duty: Duty): Doer;
  /** Wants this page to do it (`take`: even if another does), or not to. */
  want(duty: Duty, wanted: boolean, take?: boolean): void;
  /** What the hub's operator said of maintenance last; missing where there is none, or where that is not known. */
  readonly maintenance?: MaintenanceFrame | undefined;
  /** What was written to the agent's team; missing where that is not known. */
  readonly messages?: readonly TeamMessage[];
  /** Counters of queues and team, kept while `follow`ed; missing where there are none to be had. */
  readonly board?: Board;
  follow?(wanted: boolean): void;
  /** Tries now what it would try later. */
  reconnect(): void;
  /** Ends the session; missing where that is not the panel's to do. */
  signOut?(): void;
}
