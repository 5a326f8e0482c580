// The list's lines by thread: what several agents had of one caller is one line to look at.

import type { Line } from "./shapes";

export interface Thread {
  /** Tells the thread from all others. */
  readonly key: string;
  /** The part to open: an agent's if there is one, the latest of them. */
  readonly head: Line;
  /** All parts, in the order in which they began. */
  readonly parts: readonly Line[];
  readonly live: boolean;
  readonly created: number;
  /** When the last part closed; 0 while one is open. */
  readonly ended: number;
}

export function threads(lines: readonly Line[]): Thread[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = line.thread === "" ? `${line.subject}/${line.contact}` : line.thread;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups].map(([key, parts]) => thread(key, parts)).sort((one, other) => other.created - one.created);
}

function thread(key: string, found: readonly Line[]): Thread {
  const parts = [...found].sort((one, other) => one.created - other.created);
  const agents = parts.filter((line) => line.subject.startsWith("agent/"));
  const shown = agents.length > 0 ? agents : parts;
  const head = shown.filter((line) => line.phase !== "closed").at(-1) ?? (shown.at(-1) as Line);
  const live = parts.some((line) => line.phase !== "closed");
  return { key, head, parts, live, created: (parts[0] as Line).created, ended: live ? 0 : Math.max(...parts.map((line) => line.since)) };
}
