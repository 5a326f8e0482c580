// Small line drawings. They say nothing to a screen reader: whoever shows one gives the control a name.

import { svg, type SVGTemplateResult } from "lit";

export type Icon = "bell" | "bell-off" | "bell-away" | "settings" | "help" | "contacts" | "phone" | "recent" | "board";

const BELL = "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5a2.2 2.2 0 0 0 4 0";

const PATHS: { readonly [name in Icon]: string } = {
  bell: BELL,
  "bell-off": `${BELL}M4 4l16 16`,
  "bell-away": `${BELL}M18.5 2.5h3v3M21.5 2.5l-4 4`,
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.3 9.3a2.8 2.8 0 1 1 4.2 2.4c-1 .6-1.5 1.1-1.5 2.2M12 16.8v.2",
  contacts: "M4 5.5h16v10h-9l-4 3.5v-3.5h-3z",
  phone: "M6.5 3.5l3 .5 1 4-2 1.7a12 12 0 0 0 5.3 5.3l1.7-2 4 1 .5 3c0 1.7-1.3 3-3 3A14 14 0 0 1 3.5 6.5c0-1.7 1.3-3 3-3z",
  board: "M4 20h16M6.5 16.5v-5M12 16.5V5M17.5 16.5v-8",
  recent: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2.2",
};

export function icon(name: Icon): SVGTemplateResult {
  return svg`<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"
    fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"><path d=${PATHS[name]} /></svg>`;
}
