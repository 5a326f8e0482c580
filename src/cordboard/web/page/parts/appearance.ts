// How a page is to look and to speak: as the agent chose for this browser, else as its address says it (`lang`, and `theme`, `dark` or
// `light`), else as the browser has it.

import { LitElement } from "lit";

import { prefer, preference } from "./preference";
import { understood } from "./texts";

const LANGUAGE = "language";

/** Gives the document its language and the look that is asked for. */
export function appear(asked: URLSearchParams, lang = ""): void {
  const page = document.documentElement;
  page.dataset["lang"] = asked.get("lang") ?? lang;
  speak();
  const theme = asked.get("theme");
  if (theme === "dark" || theme === "light") page.setAttribute("theme", theme);
}

/** The language that was chosen for this browser; empty if that is left to the page. */
export function chosenLanguage(): string {
  return preference(LANGUAGE) ?? "";
}

/** Speaks another language from now on, in this browser; with `""` the one that the page would. Nothing that is shown begins anew. */
export function chooseLanguage(code: string): void {
  prefer(LANGUAGE, code);
  speak();
  saidAnew(document);
}

function speak(): void {
  const page = document.documentElement;
  page.lang = understood([chosenLanguage(), page.dataset["lang"], ...navigator.languages]);
}

/** Texts are looked up when they are rendered: so all are, however deep they are. */
function saidAnew(root: ParentNode): void {
  for (const element of root.querySelectorAll("*")) {
    if (element instanceof LitElement) element.requestUpdate();
    if (element.shadowRoot !== null) saidAnew(element.shadowRoot);
  }
}
