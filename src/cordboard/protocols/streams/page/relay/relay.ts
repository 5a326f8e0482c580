// The relay between the library in the embedding page and the hub. No face: whoever shows one listens to `changed`.
//
// Answered here and never by the hub: synchronising, the echo of broadcasts, devices, the SDK's channel. Dropped here: logs, metrics.

import type { Environment, Origins } from "./world";
import { ServerClock } from "./world";
import { Acceptance } from "./acceptance";
import { Conduit, type Post, type Upstream } from "./conduit";
import { dated } from "./dates";
import { SdkChannel } from "./sdk";
import { HubSocket, type TokenSource } from "./socket";
import { failure, NAME_LIMIT, type AgentDocument, type ServerFrame } from "./wire";

export type Status = "signed-out" | "connecting" | "online" | "offline";

export interface RelayWorld extends Environment {
  readonly post: Post;
  readonly origin: string;
  readonly socketUrl: string;
  readonly allowed: Origins;
  channel(): { readonly ours: { postMessage(message: unknown): void; onmessage: ((event: MessageEvent) => unknown) | null }; readonly theirs: Transferable };
  devices(): Promise<readonly { toJSON(): unknown }[]>;
}

/** How long requests wait for the first connection; later ones fail at once. */
const FIRST_CONNECTION = 5_000;
const CONFIGURE_WITHIN = 1_000;
const REMEMBERED = 1_000;

const DROPPED = new Set([
  "log",
  "server_bound_internal_log",
  "client_metric",
  "click_stream_data",
  "softphone_stats",
  "softphone_report",
]);
/** Words of ours: an embedder that broadcasts them would speak to its other tabs in our name. */
const OURS = new Set([
  "acknowledge",
  "agent::update",
  "api_response",
  "master_response",
  "media_device_response",
  "request_configure",
  "update_connected_ccps",
  "auth_fail",
  "access_denied",
  "authorize_success",
  "authorize_retries_exhausted",
  "cti_authorize_retries_exhausted",
  "terminated",
  "agent::websocket_connection_lost",
  "agent::websocket_connection_gained",
]);
/** Whoever wants to become its master (pages in Firefox do) takes any answer for a yes, an error too, and would ask for the microphone. */
const SOFTPHONE = "connect::softphone";
const SET_DEVICE = /^configuration::set_(speaker|microphone|ringer)_device$/;

export class Relay {
  /** Called when the status is another, or the agent has a new document. */
  changed: () => void = () => undefined;
  status: Status = "signed-out";
  agent = "";
  document: AgentDocument | undefined;

  private readonly id: string;
  private readonly conduit: Conduit;
  private readonly socket: HubSocket;
  private readonly acceptance: Acceptance;
  private readonly clock: ServerClock;
  private readonly pending = new Map<string, "api" | "master">();
  private readonly seen = new Set<string>();
  private queued: (() => void)[] = [];
  private cancelQueue: () => void = () => undefined;
  private cancelConfigure: () => void = () => undefined;
  private sdk: SdkChannel | undefined;
  private configured = false;
  private lost = false;

  constructor(
    private readonly world: RelayWorld,
    private readonly tokens: TokenSource & { signOut(): Promise<void> },
  ) {
    this.id = world.id();
    this.clock = new ServerClock(() => world.now());
    this.conduit = new Conduit(world.post, world.allowed, (message) => this.heard(message), () => this.openSdk());
    this.acceptance = new Acceptance({
      after: (millis, what) => world.after(millis, what),
      raise: (event, data) => this.conduit.send(event, data),
      post: (document) => this.show(document as AgentDocument),
    });
    this.socket = new HubSocket(world.socketUrl, this.id, tokens, world, {
      reached: (online) => this.reached(online),
      received: (frame) => this.received(frame),
      signedOut: () => this.unauthorized(),
    });
  }

  /** The embedder's window said something. */
  message(origin: string, data: unknown): void {
    this.conduit.receive(origin, data);
  }

  /** The session is known to be good: tell the library, and connect. */
  signedIn(): void {
    if (this.status !== "signed-out") return;
    this.turn("connecting");
    this.lost = false;
    this.conduit.knock({ event: "acknowledge", data: { id: this.id } });
    this.cancelConfigure = this.world.after(CONFIGURE_WITHIN, () => {
      if (!this.configured) this.conduit.send("request_configure");
    });
    this.cancelQueue = this.world.after(FIRST_CONNECTION, () => {
      this.turn("offline");
      this.flush();
    });
    this.openSdk();
    this.socket.start();
  }

  /** Signs the agent out on all their pages; on this one alone while the hub is out of reach. */
  terminate(): void {
    if (!this.socket.send({ type: "terminate" })) this.terminated();
  }

  /** The login holds no more, as somebody else found who uses it too. */
  revoked(): void {
    this.unauthorized();
  }

  // --- from the library ------------------------------------------------------------------------------------------------

  private heard(message: Upstream): void {
    // Signed out, we are silent: an acknowledgement would end the library's way to the login window.
    if (this.status === "signed-out") return;
    const { event, data } = message;
    switch (event) {
      case "synchronize":
        this.conduit.send("acknowledge");
        break;
      case "configure":
        this.configured = true;
        break;
      case "api_request":
        this.request(data, "api");
        break;
      case "master_request":
        this.request(data, "master");
        break;
      case "broadcast":
        this.broadcast(data);
        break;
      case "reload_agent_configuration":
        this.socket.send({ type: "reload" });
        break;
      case "media_device_request":
        void this.tellDevices();
        break;
      case "terminate":
        this.terminate();
        break;
      default:
        break; // outer_context_info, iframe_style, web sockets, resiliency: nothing to us
    }
  }

  private request(data: unknown, kind: "api" | "master"): void {
    const { requestId, method, params } = fieldsOf(data);
    if (typeof requestId !== "string" || typeof method !== "string" || this.seen.has(requestId)) return;
    this.seen.add(requestId);
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value ?? "");
    const asked = typeof params === "object" && params !== null && !Array.isArray(params) ? params : {};
    if (kind === "master" && method === "becomeMaster" && fieldsOf(asked)["topic"] === SOFTPHONE) return;
    this.pending.set(requestId, kind);
    const contactId = fieldsOf(asked)["contactId"];
    if (kind === "api" && method === "acceptContact" && typeof contactId === "string") {
      this.acceptance.asked(requestId, contactId);
    }
    const ask = (): void => {
      if (this.socket.send({ type: kind, requestId, method, params: asked })) return;
      this.fail(requestId, this.socket.up ? "what was asked is too long, or no plain data" : "the hub is out of reach");
    };
    if (requestId.length > NAME_LIMIT) this.fail(requestId, `a requestId has at most ${NAME_LIMIT} characters`);
    else if (this.status === "connecting") this.queued.push(ask);
    else ask();
  }

  private broadcast(data: unknown): void {
    const { event, data: inner } = fieldsOf(data);
    if (typeof event !== "string" || event === "" || DROPPED.has(event) || OURS.has(event)) return;
    if (this.acceptance.broadcast(event, inner)) return;
    if (event === "mute") {
      const mute = fieldsOf(inner)["mute"];
      this.socket.send(typeof mute === "boolean" ? { type: "mute", mute } : { type: "mute" });
      return;
    }
    const device = SET_DEVICE.exec(event)?.[1];
    const name = device === undefined ? event : `configuration::${device}_device_changed`;
    this.conduit.send(name, inner);
    this.socket.send(inner === undefined ? { type: "broadcast", event: name } : { type: "broadcast", event: name, data: inner });
  }

  private async tellDevices(): Promise<void> {
    try {
      this.conduit.send("media_device_response", (await this.world.devices()).map((item) => item.toJSON()));
    } catch (error) {
      this.conduit.send("media_device_response", { error: error instanceof Error ? error.message : "not available" });
    }
  }

  /** Opens the port, once: when the embedder is known and somebody is signed in, since we are silent before. */
  private openSdk(): void {
    if (this.sdk !== undefined || !this.conduit.known || this.status === "signed-out") return;
    const { ours, theirs } = this.world.channel();
    const sdk = new SdkChannel(ours, this.world);
    ours.onmessage = (event) => void (this.status !== "signed-out" && sdk.receive(event.data));
    this.sdk = sdk;
    sdk.network(this.socket.up);
    this.conduit.deliver({ type: "cross-domain-adapter-init" }, [theirs]);
  }

  // --- from the hub ------------------------------------------------------------------------------------------------------

  private received(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.agent = frame.agent;
        this.clock.doubt();
        this.clock.heard(frame.at);
        break;
      case "pong":
        this.clock.heard(frame.at);
        break;
      case "agent":
        for (const document of frame.documents) {
          this.acceptance.document(document, document.snapshot.contacts.map((contact) => contact.contactId));
        }
        break;
      case "api":
        this.answer(frame.requestId, frame.data, frame.err);
        break;
      case "master":
        if (frame.requestId === "" || this.pending.delete(frame.requestId)) {
          const { requestId, data } = frame;
          this.conduit.send("master_response", { event: "master_response", requestId, data, err: null });
        }
        break;
      case "event":
        this.conduit.send(frame.name, frame.data);
        break;
      case "accepted":
        this.acceptance.accepted(frame.contactId);
        break;
      case "terminated":
        this.terminated();
        break;
      case "renewed":
      case "error":
        break; // what follows from an error is the socket's end
    }
  }

  private answer(requestId: string, data: unknown, err: string | null): void {
    if (!this.pending.delete(requestId)) return;
    this.conduit.send("api_response", { event: "api_response", requestId, data, err });
    this.acceptance.answered(requestId, err === null);
  }

  private show(document: AgentDocument): void {
    const now = this.world.now();
    this.document = document;
    this.conduit.send("agent::update", dated(document, now, this.clock.now() - now));
    this.sdk?.document(document);
    this.changed();
  }

  private reached(online: boolean): void {
    this.turn(online ? "online" : "offline");
    this.sdk?.network(online);
    if (online) {
      this.flush();
      if (this.lost) this.conduit.send("agent::websocket_connection_gained", { agent: this.agent });
      this.lost = false;
      return;
    }
    this.lost = true;
    this.conduit.send("agent::websocket_connection_lost", { agent: this.agent });
    this.failAll("the hub is out of reach: look what became of it before repeating");
    this.acceptance.reset();
  }

  // --- the end of a login --------------------------------------------------------------------------------------------------

  private terminated(): void {
    this.end("terminated");
    void this.tokens.signOut();
  }

  private unauthorized(): void {
    this.end("auth_fail");
    void this.tokens.signOut();
  }

  private end(event: string): void {
    if (this.status === "signed-out") return;
    this.failAll("signed out");
    this.socket.stop();
    this.cancelQueue();
    this.cancelConfigure();
    this.queued = [];
    this.configured = false;
    this.document = undefined;
    this.acceptance.forget();
    this.sdk?.network(false);
    this.conduit.forget();
    this.conduit.send(event);
    this.turn("signed-out");
  }

  private flush(): void {
    this.cancelQueue();
    const queued = this.queued;
    this.queued = [];
    for (const ask of queued) ask();
  }

  private failAll(why: string): void {
    for (const requestId of [...this.pending.keys()]) this.fail(requestId, why);
  }

  private fail(requestId: string, why: string): void {
    const kind = this.pending.get(requestId);
    if (kind === "api") this.answer(requestId, null, failure(why));
    else if (this.pending.delete(requestId)) {
      const data = { masterId: null, isMaster: false, topic: null };
      this.conduit.send("master_response", { event: "master_response", requestId, data, err: null });
    }
  }

  private turn(status: Status): void {
    this.status = status;
    this.changed();
  }
}

function fieldsOf(value: unknown): { [key: string]: unknown } {
  return typeof value === "object" && value !== null ? (value as { [key: string]: unknown }) : {};
}
