// The script that a page loads with one tag:
//
//     <script src="https://cordboard.example/static/embed.js" data-panel></script>
//
// With `data-panel` it puts the panel where the tag stands; without, it only makes <cordboard-panel> known, and
// `CordboardPanel.embed(iframe, settings)` for a page that has an iframe of its own.

import { CordboardPanel } from "./element";
import { EmbeddedPanel, type PageSettings } from "./page";

const tag = document.currentScript;

if (customElements.get("cordboard-panel") === undefined) {
  customElements.define("cordboard-panel", CordboardPanel);
  const embed = (frame: HTMLIFrameElement, settings: PageSettings): EmbeddedPanel => new EmbeddedPanel(frame, settings);
  Object.assign(window, { CordboardPanel: Object.assign(CordboardPanel, { embed }) });
}

if (tag instanceof HTMLScriptElement && tag.dataset["panel"] !== undefined) {
  const panel = document.createElement("cordboard-panel");
  for (const { name, value } of tag.attributes) if (name.startsWith("data-") && name !== "data-panel") panel.setAttribute(name.slice(5), value);
  if (!panel.hasAttribute("hub")) panel.setAttribute("hub", new URL(tag.src).origin);
  if (tag.closest("head") === null) tag.after(panel);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(panel));
}
