// The panel's half: opens to the page around it if that page may embed it, and to nobody else.

import { dialable } from "../panel/reading";
import type { PanelModel } from "../panel/panel-model";
import { settingState as settingAgentState } from "../panel/state-choices";
import type { TokenGiver } from "../panel/entrance";
import type { Origins } from "../parts/origins";
import { refusalText } from "../parts/texts";
import type { Command, Medium, Outcome, Record, Service, View } from "../wire/model";
import { Line, LineError } from "./line";
import { isConnect, TOPICS, VERSION, type Connect, type Pop, type Topic } from "./protocol";
import { news, type News } from "./summary";

/** The page that the guest stands for. */
export interface Embedded {
  takeTokens(giver: TokenGiver): void;
  select(contact: string): boolean;
}

const NUMBER = /^\+?[0-9*#]{1,32}$/;
const SETTABLE = ["ready", "not_ready", "null"] as const;
const MEDIA: readonly Medium[] = ["voice", "chat", "task"];

export class Guest {
  private line: Line | undefined;
  private model: PanelModel | undefined;
  private view: View | undefined;
  private deaf: (() => void) | undefined;
  private topics = new Set<Topic>();

  /** `embedders`: whose pages may embed the panel, besides the hub's own. */
  constructor(
    private readonly embedded: Embedded,
    private readonly embedders: Origins,
  ) {}

  /** Listens to the window around, if there is one. */
  listen(): void {
    if (window.parent === window) return;
    window.addEventListener("message", (event) => this.knocked(event));
  }

  /** The agent is in, or (nothing) is not any more. */
  attach(model: PanelModel | undefined): void {
    if (model === this.model) return;
    this.deaf?.();
    this.model = model;
    this.view = undefined;
    this.deaf = model?.listen({ viewed: (_, after) => this.viewed(after) });
    if (this.topics.has("screenPop")) this.pops();
  }

  /**
   * Only the window right around this one is heard, only from an origin that the hub names as one that may embed the panel, and
   * only through the port that it sent. The browser has checked all of the frames already (`frame-ancestors`); this is the
   * check of one that would not have.
   */
  private knocked(event: MessageEvent<unknown>): void {
    const [port] = event.ports;
    if (event.source !== window.parent || port === undefined || !isConnect(event.data)) return;
    if (event.origin !== location.origin && !this.embedders.has(event.origin)) return port.close();
    this.open(port, event.data);
  }

  private open(port: MessagePort, { tokens }: Connect): void {
    this.line?.close(); // the page was loaded anew, or its script was
    this.topics = new Set();
    this.view = undefined;
    const line = new Line(port, {
      serve: (method, params) => this.serve(method, fields(params)),
      heard: () => undefined,
    });
    this.line = line;
    if (tokens) {
      this.embedded.takeTokens(async (fresh) => {
        const token = await line.request("token", { fresh });
        if (typeof token !== "string" || token === "") throw new LineError("bad-field", "the page gave no token");
        return token;
      });
    }
    if (this.model?.view !== undefined) this.viewed(this.model.view);
  }

  private viewed(after: View): void {
    if (this.line === undefined) return;
    const before = this.view;
    this.view = after;
    if (before === undefined) {
      const { profile, subject } = after;
      const agent = profile?.id ?? subject.replace("agent/", "");
      this.line.tell("ready", { version: VERSION, agent, name: profile?.name ?? "" });
    }
    this.tell(news(before, after));
  }

  private tell(items: readonly News[]): void {
    for (const { topic, data } of items) if (topic !== "ready" && this.topics.has(topic)) this.line?.tell(topic, data);
  }

  private async serve(method: string, params: Fields): Promise<unknown> {
    switch (method) {
      case "subscribe":
        return this.subscribe(params);
      case "dial":
        return this.run(dialling(params));
      case "setState":
        return this.run(settingState(params));
      case "selectContact":
        return { selected: this.embedded.select(text(params, "contact", 200)) };
      default:
        throw new LineError("unknown-method", "the panel has no such method");
    }
  }

  private subscribe(params: Fields): { readonly topics: readonly Topic[] } {
    const wanted = Array.isArray(params["topics"]) ? params["topics"] : [];
    const fresh = TOPICS.filter((topic) => wanted.includes(topic) && !this.topics.has(topic));
    for (const topic of fresh) this.topics.add(topic);
    if (fresh.includes("screenPop")) this.pops();
    // After the answer: what there is already, of what is new to the page.
    if (this.view !== undefined) {
      const now = news(undefined, this.view).filter(({ topic }) => topic !== "ready" && fresh.includes(topic));
      setTimeout(() => this.tell(now));
    }
    return { topics: [...this.topics] };
  }

  private async run(service: Service): Promise<Outcome> {
    if (this.model === undefined) throw new LineError("not-authenticated", refusalText("not-authenticated"));
    return this.model.run(service);
  }

  /** The page around opens what the hub wants opened for this agent. */
  private pops(): void {
    this.model?.does("ScreenPop", (command) => this.pop(command));
  }

  private async pop({ service }: Command): Promise<Outcome> {
    if (service.service !== "ScreenPop" || this.line === undefined) return { outcome: "refused", code: "not-supported" };
    const { kind, what } = service;
    const pop: Pop = { kind, what, arguments: service.arguments ?? {} };
    try {
      await this.line.request("screenPop", pop);
      return { outcome: "done" };
    } catch (error) {
      if (error instanceof LineError && error.code !== "timeout" && error.code !== "gone") {
        return { outcome: "refused", code: "not-supported", message: error.message };
      }
      return { outcome: "unconfirmed", reason: "timeout" };
    }
  }
}

type Fields = { readonly [name: string]: unknown };

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(params: Fields, name: string, most: number): string {
  const value = params[name];
  if (typeof value !== "string" || value === "" || value.length > most) throw new LineError("bad-field", `${name} is missing or no text`);
  return value;
}

function dialling(params: Fields): Service {
  const number = dialable(text(params, "number", 64));
  if (!NUMBER.test(number)) throw new LineError("invalid-number", refusalText("invalid-number"));
  const target = { kind: "number", number } as const;
  return params["record"] === undefined ? { service: "MakeCall", target } : { service: "MakeCall", target, record: recordOf(fields(params["record"])) };
}

function recordOf(value: Fields): Record {
  const name = value["name"] === undefined ? {} : { name: text(value, "name", 500) };
  const url = value["url"] === undefined ? {} : { url: text(value, "url", 2000) };
  return { kind: text(value, "kind", 100), id: text(value, "id", 200), ...name, ...url };
}

function settingState(params: Fields): Service {
  const state = SETTABLE.find((item) => item === params["state"]);
  if (state === undefined) throw new LineError("bad-field", `state is one of ${SETTABLE.join(", ")}`);
  const medium = MEDIA.find((item) => item === (params["medium"] ?? "voice"));
  if (medium === undefined) throw new LineError("bad-field", `medium is one of ${MEDIA.join(", ")}`);
  return settingAgentState(medium, state, params["reason"] === undefined ? "" : text(params, "reason", 100));
}
