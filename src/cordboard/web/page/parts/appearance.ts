// How a page is to look and to speak, as its address says it: `lang`, and `theme` (`dark` or `light`).

import { understood } from "./texts";

/** Gives the document its language, the browser's if none is asked for, and the look that is asked for. */
export function appear(asked: URLSearchParams, lang = ""): void {
  const page = document.documentElement;
  page.lang = understood([asked.get("lang"), lang, ...navigator.languages]);
  const theme = asked.get("theme");
  if (theme === "dark" || theme === "light") page.setAttribute("theme", theme);
}
