// The second channel of late 2.x: a message port over which the library's SDK asks and listens. Without an answer each of its
// calls hangs for half a minute.

import type { AgentDocument } from "./wire";

export const INTERVAL = 10_000;

export interface SdkWorld {
  now(): number;
  id(): string;
  readonly origin: string;
}

interface Port {
  postMessage(message: unknown): void;
}

interface Topic {
  readonly namespace?: unknown;
  readonly key?: unknown;
  readonly parameter?: unknown;
}

const CONTACT = "aws.connect.contact";
const VOICE = "aws.connect.voice";
const ACTIVITY = "aws.connect.activity";
const REGION = "xx-local-1";

/** The hub's end of the channel: this page answers all of it by itself, from the last document. */
export class SdkChannel {
  private readonly subscriptions = new Map<string, { topic: Topic; handlerId: unknown }>();
  private counter = 0;
  private online = false;
  private since: number;
  private held = new Map<string, boolean>();

  constructor(
    private readonly port: Port,
    private readonly world: SdkWorld,
  ) {
    this.since = world.now();
  }

  /** A message on the port. What nobody understands is dropped. */
  receive(data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    const message = data as { [key: string]: unknown };
    switch (message["type"]) {
      case "cross-domain-site-ready":
        this.port.postMessage({
          type: "acknowledge",
          connectionId: this.world.id(),
          status: { initialized: true, startTime: new Date(this.world.now()) },
          healthCheckInterval: INTERVAL,
        });
        break;
      case "request":
        this.port.postMessage(this.answered(message));
        break;
      case "subscribe":
        this.subscriptions.set(keyOf(message), { topic: topicOf(message), handlerId: message["handlerId"] });
        break;
      case "unsubscribe":
        this.subscriptions.delete(keyOf(message));
        break;
      case "healthCheck":
        this.port.postMessage({ type: "healthCheckResponse", time: this.world.now(), counter: (this.counter += 1) });
        break;
      default:
        break;
    }
  }

  /** Whether the hub is reached. */
  network(online: boolean): void {
    if (this.online === online) return;
    this.online = online;
    this.since = this.world.now();
    this.publish(CONTACT, "agent/networkConnectionStatusChanged", this.status());
  }

  /** A document, which may show a party held or talking again. */
  document(document: AgentDocument): void {
    const held = new Map<string, boolean>();
    for (const contact of document.snapshot.contacts) {
      for (const connection of contact.connections) {
        if (connection.state.type !== "hold" && connection.state.type !== "connected") continue;
        const isOnHold = connection.state.type === "hold";
        const before = this.held.get(connection.connectionId);
        held.set(connection.connectionId, isOnHold);
        if (before === isOnHold || before === undefined) continue;
        const key = isOnHold ? "voice/participantHold" : "voice/participantResume";
        const data = { participantId: connection.connectionId, contactId: contact.contactId, isOnHold };
        this.publish(VOICE, key, data, connection.connectionId);
      }
    }
    this.held = held;
  }

  private answered(message: { [key: string]: unknown }): object {
    const { namespace, command, requestId, data } = message;
    const found = this.answer(`${String(namespace)} ${String(command)}`, data);
    if (found !== undefined) return { type: "response", namespace, requestId, isError: false, data: found };
    return {
      type: "response",
      namespace,
      requestId,
      isError: true,
      errorKey: "handlerNotFound",
      reason: "No handler for command",
      details: { command, requestData: data },
    };
  }

  private answer(command: string, data: unknown): object | undefined {
    switch (command) {
      case `${CONTACT} agent/getNetworkConnectionStatus`:
        return this.status();
      case `${CONTACT} contact/getInstanceDetails`:
        return { origin: this.world.origin, region: REGION };
      case `${CONTACT} contact/isPreviewMode`:
        return { isPreviewMode: false };
      case `${VOICE} voice/canResumeParticipant`:
        return { canResumeParticipant: this.held.get(participantOf(data)) ?? false };
      case `${ACTIVITY} sendActivity`:
        return {};
      default:
        return undefined;
    }
  }

  private status(): object {
    return { status: this.online ? "connected" : "disconnected", timestamp: this.since };
  }

  private publish(namespace: string, key: string, data: object, parameter?: string): void {
    for (const { topic, handlerId } of this.subscriptions.values()) {
      if (topic.namespace !== namespace || topic.key !== key) continue;
      if (topic.parameter !== undefined && topic.parameter !== parameter) continue;
      this.port.postMessage({ type: "publish", topic, handlerId, data });
    }
  }
}

function topicOf(message: { [key: string]: unknown }): Topic {
  const topic = message["topic"];
  return typeof topic === "object" && topic !== null ? topic : {};
}

function keyOf(message: { [key: string]: unknown }): string {
  return JSON.stringify([topicOf(message), message["handlerId"]]);
}

function participantOf(data: unknown): string {
  return typeof data === "object" && data !== null && "participantId" in data ? String(data.participantId) : "";
}
