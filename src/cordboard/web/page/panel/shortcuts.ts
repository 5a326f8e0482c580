// Keyboard shortcuts: single letters, wherever the agent is not typing, so that none is the browser's own. What ends
// something needs Shift. They can be switched off (a screen reader or voice control may send letters of its own).

import { prefer, preference } from "../parts/preference";
import type { Language } from "../parts/language/en";

export type Action = keyof Language["shortcuts"];

export interface Shortcut {
  readonly key: string;
  readonly shift?: boolean;
}

export const SHORTCUTS: { readonly [action in Action]: Shortcut } = {
  answer: { key: "a" },
  decline: { key: "d", shift: true },
  hangUp: { key: "e", shift: true },
  hold: { key: "h" },
  mute: { key: "m" },
  keypad: { key: "k" },
  consult: { key: "c" },
  transfer: { key: "t" },
  add: { key: "p" },
  complete: { key: "t", shift: true },
  conference: { key: "c", shift: true },
  alternate: { key: "x" },
  reconnect: { key: "b", shift: true },
  notes: { key: "o" },
  finish: { key: "f", shift: true },
  ready: { key: "r" },
  notReady: { key: "n" },
  dial: { key: "d" },
  directory: { key: "s" },
  recent: { key: "l" },
  next: { key: "j" },
  settings: { key: "g" },
  help: { key: "?" },
};

const PREFERENCE = "shortcuts";
const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export function shortcutsWanted(): boolean {
  return preference(PREFERENCE) !== "off";
}

export function wantShortcuts(wanted: boolean): void {
  prefer(PREFERENCE, wanted ? "on" : "off");
}

/**
 * What this key asks for; nothing if it is meant for something else. A field that is shown no more is typed in no more: what
 * closes keeps the focus until the browser paints again, and a quick key comes before that.
 */
export function actionOf(event: KeyboardEvent): Action | undefined {
  if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const at = event.composedPath()[0];
  if (at instanceof HTMLElement && (TYPING.has(at.tagName) || at.isContentEditable) && at.checkVisibility()) return undefined;
  const key = event.key.toLowerCase();
  const found = Object.entries(SHORTCUTS).find(([, item]) => item.key === key && (key === "?" || (item.shift ?? false) === event.shiftKey));
  return found?.[0] as Action | undefined;
}
