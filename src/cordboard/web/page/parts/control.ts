// A button that says why it cannot be pressed. It stays reachable, so that a keyboard or a screen reader finds the reason; `cb-why`
// shows it.

import { html, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";

import { refusalText } from "./texts";

export interface Control {
  readonly label: string;
  /** The refusal's code; empty when it is possible. */
  readonly refused: string;
  readonly press: () => void;
  readonly look?: "main" | "danger" | "plain" | "";
  readonly pressed?: boolean;
  /** Whether the list that it opens is open. */
  readonly expanded?: boolean;
  /** For screen readers, where the label alone would not do. */
  readonly name?: string;
}

export const NOTE = "cb-note";

/** Words for the agent that an element hands up to its page, which shows them. */
export function note(text: string): CustomEvent<string> {
  return new CustomEvent<string>(NOTE, { detail: text, bubbles: true, composed: true });
}

export function control(item: Control): TemplateResult {
  const why = item.refused === "" ? "" : refusalText(item.refused);
  const press = (event: Event): void => {
    if (item.refused === "") item.press();
    else event.target?.dispatchEvent(note(`${item.label}: ${why}`));
  };
  return html`<button
    type="button"
    class=${item.look ?? ""}
    aria-description=${ifDefined(why === "" ? undefined : why)}
    aria-disabled=${item.refused === "" ? "false" : "true"}
    aria-pressed=${ifDefined(item.pressed === undefined ? undefined : String(item.pressed))}
    aria-haspopup=${ifDefined(item.expanded === undefined ? undefined : "menu")}
    aria-expanded=${ifDefined(item.expanded === undefined ? undefined : String(item.expanded))}
    aria-label=${ifDefined(item.name)}
    @click=${press}
  >
    ${item.label}
  </button>`;
}
