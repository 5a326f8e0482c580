// <cordboard-panel hub="https://cordboard.example">: the panel's iframe, as an element of the page that embeds it.

import type { Medium, Outcome, Record } from "../wire/model";
import { LineError } from "./line";
import { EmbeddedPanel, type PageSettings } from "./page";

/** Attributes that go into the panel's address. None of them is a secret. */
const PASSED = ["lang", "theme", "agent", "sign-in"];
/** Attributes that are the element's size, in pixels. */
const SIZES = ["width", "height"] as const;
const WIDTH = "320";
const HEIGHT = "465";

/**
 * Sends `cordboard-ready`, `cordboard-contact`, `cordboard-state`, `cordboard-ring` (each with `detail`), and `cordboard-refused`
 * when the hub does not let this page embed it.
 */
export class CordboardPanel extends HTMLElement {
  /** Gives tokens; with the attribute `sign-in="embedder"`. Set it before the element is in the page, or soon after. */
  token: PageSettings["token"];
  /** Opens something for the agent. Set it before the element is in the page. */
  screenPop: PageSettings["screenPop"];
  private panel: EmbeddedPanel | undefined;

  connectedCallback(): void {
    const hub = this.getAttribute("hub") ?? "";
    if (this.panel !== undefined || hub === "") return;
    const frame = document.createElement("iframe");
    frame.title = this.title || "Cordboard";
    frame.allow = "autoplay"; // the ringing tone
    frame.src = this.address(hub).href;
    for (const name of SIZES) frame.style[name] = "100%";
    frame.style.border = "0";
    frame.style.display = "block";
    this.style.display ||= "block";
    this.style.width ||= `${this.getAttribute("width") ?? WIDTH}px`;
    this.style.height ||= `${this.getAttribute("height") ?? HEIGHT}px`;
    const tokens = this.getAttribute("sign-in") === "embedder";
    this.panel = new EmbeddedPanel(frame, {
      hub,
      token: tokens ? (fresh) => this.askToken(fresh) : undefined,
      screenPop: this.screenPop === undefined ? undefined : (pop) => this.screenPop?.(pop),
      heard: (topic, detail) => this.dispatchEvent(new CustomEvent(`cordboard-${topic}`, { detail })),
      refused: () => this.dispatchEvent(new CustomEvent("cordboard-refused")),
    });
    this.replaceChildren(frame);
  }

  disconnectedCallback(): void {
    this.panel?.close();
    this.panel = undefined;
    this.replaceChildren();
  }

  /** Calls a number. `record`: where it was clicked. */
  dial(number: string, record?: Record): Promise<Outcome> {
    return this.there().dial(number, record);
  }

  setState(state: "ready" | "not_ready" | "null", reason?: string, medium?: Medium): Promise<Outcome> {
    return this.there().setState(state, reason, medium);
  }

  selectContact(contact: string): Promise<{ readonly selected: boolean }> {
    return this.there().selectContact(contact);
  }

  private there(): EmbeddedPanel {
    if (this.panel === undefined) throw new LineError("gone", "the element is not in the page, or names no hub");
    return this.panel;
  }

  private askToken(fresh: boolean): Promise<string> | string {
    if (this.token === undefined) throw new LineError("not-authenticated", "the page has no token to give");
    return this.token(fresh);
  }

  private address(hub: string): URL {
    const address = new URL("/panel/", new URL(hub, location.href));
    for (const name of PASSED) {
      const value = this.getAttribute(name);
      if (value !== null) address.searchParams.set(name, value);
    }
    return address;
  }
}
