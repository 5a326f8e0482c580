// Steps that one frame, timer or command led to, told together: what came of it is seen at a glance.

import type { Frame, Step } from "./shapes";

export interface Batch {
  readonly frame: Frame | null;
  readonly steps: readonly Step[];
}

export function batches(steps: readonly Step[]): Batch[] {
  const found: { frame: Frame | null; steps: Step[] }[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (last !== undefined && step.frame !== null && last.frame !== null && same(step.frame, last.frame)) last.steps.push(step);
    else found.push({ frame: step.frame, steps: [step] });
  }
  return found;
}

/** What the commands asked for, by id. */
export function services(steps: readonly Step[]): ReadonlyMap<string, string> {
  return new Map(steps.flatMap(({ errand }) => (errand === null ? [] : [[errand.id, errand.service] as const])));
}

function same(one: Frame, other: Frame): boolean {
  return one.at === other.at && one.link === other.link && one.kind === other.kind && one.where === other.where;
}
