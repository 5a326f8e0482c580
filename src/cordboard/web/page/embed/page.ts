// The embedding page's half: a panel in an iframe, and what is said to it.

import type { Medium, Outcome, Record } from "../wire/model";
import { Line, LineError } from "./line";
import { VERSION, type Connect, type PageMethods, type PanelEvents, type PanelMethods, type Pop, type Topic } from "./protocol";

export interface PageSettings {
  /** The hub's origin: `https://cordboard.example`. */
  readonly hub: string;
  /** Gives a token of the agent, minted by the page's back end; `fresh` when the last one did not do. */
  readonly token?: ((fresh: boolean) => Promise<string> | string) | undefined;
  /** Opens something in the page; whoever sets it is the one that pops for this agent. Throws if it does not. */
  readonly screenPop?: ((pop: Pop) => Promise<void> | void) | undefined;
  readonly heard?: <T extends keyof PanelEvents>(topic: T, data: PanelEvents[T]) => void;
  /** Nothing answered: the hub does not list this page's origin in `web.origins`, or is not there. */
  readonly refused?: () => void;
}

const PATIENCE = 10_000;

/** A panel in an iframe. Every load of the iframe opens a line of its own. */
export class EmbeddedPanel {
  private line: Line | undefined;
  private answered = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly hub: string;
  private readonly loaded = (): void => this.connect();

  constructor(
    private readonly frame: HTMLIFrameElement,
    private readonly settings: PageSettings,
  ) {
    this.hub = new URL(settings.hub, location.href).origin;
    frame.addEventListener("load", this.loaded);
  }

  /** Calls a number. `record`: where it was clicked. */
  dial(number: string, record?: Record): Promise<Outcome> {
    return this.request("dial", record === undefined ? { number } : { number, record });
  }

  setState(state: "ready" | "not_ready" | "null", reason?: string, medium?: Medium): Promise<Outcome> {
    return this.request("setState", { state, ...(reason === undefined ? {} : { reason }), ...(medium === undefined ? {} : { medium }) });
  }

  selectContact(contact: string): Promise<{ readonly selected: boolean }> {
    return this.request("selectContact", { contact });
  }

  /** Begins; the iframe's own `load` does too. */
  connect(): void {
    this.line?.close();
    clearTimeout(this.timer);
    this.answered = false;
    const { port1, port2 } = new MessageChannel();
    this.line = new Line(port1, {
      serve: (method, params) => this.serve(method as keyof PageMethods, params),
      heard: (topic, data) => this.heard(topic as keyof PanelEvents, data),
    });
    const knock: Connect = { cordboard: "panel", type: "connect", version: VERSION, tokens: this.settings.token !== undefined };
    // To the hub's origin and no other: whatever else stands in the iframe does not get the port.
    this.frame.contentWindow?.postMessage(knock, this.hub, [port2]);
    this.timer = setTimeout(() => this.answered || this.settings.refused?.(), PATIENCE);
    void this.subscribe();
  }

  close(): void {
    this.frame.removeEventListener("load", this.loaded);
    clearTimeout(this.timer);
    this.line?.close();
  }

  private async subscribe(): Promise<void> {
    const topics: Topic[] = ["contact", "state", "ring"];
    if (this.settings.screenPop !== undefined) topics.push("screenPop");
    try {
      await this.request("subscribe", { topics });
      this.answered = true;
    } catch {
      // the timer says so
    }
  }

  private async request<M extends keyof PanelMethods>(method: M, params: Parameters<PanelMethods[M]>[0]): Promise<ReturnType<PanelMethods[M]>> {
    if (this.line === undefined) throw new LineError("gone", "the panel is not loaded yet");
    return (await this.line.request(method, params)) as ReturnType<PanelMethods[M]>;
  }

  private heard(topic: keyof PanelEvents, data: unknown): void {
    this.answered = true;
    this.settings.heard?.(topic, data as never);
  }

  private async serve(method: keyof PageMethods, params: unknown): Promise<unknown> {
    switch (method) {
      case "token":
        this.answered = true;
        if (this.settings.token === undefined) throw new LineError("not-supported", "this page gives no tokens");
        return this.settings.token((params as { readonly fresh: boolean }).fresh);
      case "screenPop":
        if (this.settings.screenPop === undefined) throw new LineError("not-supported", "this page opens nothing");
        await this.settings.screenPop(params as Pop);
        return { outcome: "done" } satisfies Outcome;
      default:
        throw new LineError("unknown-method", "the page has no such method");
    }
  }
}
