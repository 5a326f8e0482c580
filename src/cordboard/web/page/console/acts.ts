// What an element of the console wants done. It rises to the console, which calls the doors.

import type { Faults } from "./floor";

export const ACT = "cb-act";
export const FAULT = "cb-fault";
export const PLAY = "cb-play";

export interface Act {
  readonly name: string;
  readonly params: Readonly<{ [name: string]: unknown }>;
}

export type FaultWish = Partial<Faults> & { readonly drop?: number };

export function act(name: string, params: Act["params"]): CustomEvent<Act> {
  return new CustomEvent<Act>(ACT, { detail: { name, params }, bubbles: true, composed: true });
}

/** The scenario of this name is to be played. */
export function play(name: string): CustomEvent<string> {
  return new CustomEvent<string>(PLAY, { detail: name, bubbles: true, composed: true });
}

export function fault(wish: FaultWish): CustomEvent<FaultWish> {
  return new CustomEvent<FaultWish>(FAULT, { detail: wish, bubbles: true, composed: true });
}
