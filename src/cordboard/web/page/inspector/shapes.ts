// What the inspector's doors answer, as far as this page looks at it.

import type { Connection, Contact, Direction, Ending, Medium, Outcome, Participant, Phase, Queue } from "../wire/model";

export interface Line {
  readonly subject: string;
  readonly name: string;
  readonly contact: string;
  readonly thread: string;
  readonly link: string;
  readonly medium: Medium;
  readonly direction: Direction;
  readonly phase: Phase;
  readonly ended_by: Ending | null;
  readonly customer: Participant | null;
  readonly queue: Queue | null;
  readonly created: number;
  readonly since: number;
}

export interface Lines {
  readonly mark: string;
  readonly now: number;
  readonly contacts: readonly Line[];
  readonly more: boolean;
}

export interface Same {
  readonly mark: string;
  readonly now: number;
  readonly unchanged: true;
}

export interface Frame {
  readonly at: number;
  readonly link: string;
  readonly kind: "received" | "replied" | "opened" | "closed" | "failed" | "called" | "woke" | "start" | "command";
  readonly where: string;
  readonly text: string;
  readonly size: number;
  readonly whole: boolean;
  readonly led: number;
}

export interface Told {
  readonly protocol: string;
  readonly pages: number;
  readonly bytes: number | null;
}

export interface Errand {
  readonly id: string;
  readonly service: string;
  readonly by: string;
  readonly taken: number;
  readonly on_disk: number;
  readonly given: number;
  readonly answered: number;
  readonly settled: number;
  readonly outcome: Outcome | null;
}

/** An event as far as one line tells of it; the whole of it is shown as it came. */
export interface LoggedEvent {
  readonly type: string;
  readonly link?: string;
  readonly cause?: string;
  readonly by?: string | null;
  readonly connections?: readonly Connection[];
  readonly ended_by?: Ending;
  readonly text?: string;
  readonly digits?: string;
  readonly data?: string;
  readonly channel?: string;
  readonly contacts?: readonly Contact[];
  readonly reason?: { readonly code: string; readonly label?: string } | null;
  readonly outcome?: Outcome;
  readonly command?: string | { readonly id: string; readonly service: { readonly service: string } };
}

export interface Step {
  readonly at: number;
  readonly gap: number;
  readonly subject: string;
  readonly seq: number;
  readonly event: LoggedEvent | null;
  readonly origin: string;
  readonly frame: Frame | null;
  readonly appended: number;
  readonly on_disk: number;
  readonly shown: number;
  readonly told: readonly Told[];
  readonly errand: Errand | null;
  readonly seen: boolean;
}

export interface Gap {
  readonly subject: string;
  readonly link: string;
  readonly since: number;
  readonly until: number;
  readonly cause: string;
}

export interface Way {
  readonly mark: string;
  readonly now: number;
  readonly subject: string;
  readonly contact: string;
  readonly thread: string;
  readonly lines: readonly Line[];
  readonly unseen: number;
  readonly steps: readonly Step[];
  readonly gaps: readonly Gap[];
  readonly recorded: number;
}

export interface Steps {
  readonly now: number;
  readonly steps: readonly Step[];
  readonly position: string;
  readonly more: boolean;
  readonly recorded: number;
}

export type Oddities = Pick<Steps, "now" | "steps" | "recorded">;
