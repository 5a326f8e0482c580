// What an element of the desk wants done. It rises to the desk, which knows how: elements hold no connection.

import type { Service, Target } from "../wire/model";

export const WISH = "cb-wish";
export const CHOOSE = "cb-choose";
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

export function choose(choosing: Choosing): CustomEvent<Choosing> {
  return rising(CHOOSE, choosing);
}

export function picked(target: Target): CustomEvent<Target> {
  return rising(PICKED, target);
}

function rising<T>(name: string, detail: T): CustomEvent<T> {
  return new CustomEvent<T>(name, { detail, bubbles: true, composed: true });
}
