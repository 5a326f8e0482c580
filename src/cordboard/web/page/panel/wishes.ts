// What an element of the panel wants done. It rises to the panel, which knows how: elements hold no connection.

import { TEXTS } from "../parts/texts";
import type { Service, Target } from "../wire/model";

export const WISH = "cb-wish";
export const CHOOSE = "cb-choose";
export const SELECT = "cb-select";
export const PICKED = "cb-picked";

/** A service is wanted. */
export function wish(service: Service): CustomEvent<Service> {
  return rising(WISH, service);
}

/** Someone is to be chosen, and `then` says what for. */
export interface Choosing {
  readonly heading: string;
  /** The contact that it is for; the chooser closes with it. */
  readonly contact?: string;
  readonly then: (target: Target) => Service;
}

/** Somebody is to be called. */
export const CALLING: Choosing = {
  get heading() {
    return TEXTS.call;
  },
  then: (target) => ({ service: "MakeCall", target }),
};

export function choose(choosing: Choosing): CustomEvent<Choosing> {
  return rising(CHOOSE, choosing);
}

/** This contact is to be the one in front. */
export function select(contact: string): CustomEvent<string> {
  return rising(SELECT, contact);
}

export function picked(target: Target): CustomEvent<Target> {
  return rising(PICKED, target);
}

function rising<T>(name: string, detail: T): CustomEvent<T> {
  return new CustomEvent<T>(name, { detail, bubbles: true, composed: true });
}
