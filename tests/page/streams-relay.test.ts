import assert from "node:assert/strict";
import { test } from "node:test";

import { Relay } from "../../src/cordboard/protocols/streams/page/relay/relay";
import type { ChannelEvents } from "../../src/cordboard/web/page/wire/environment";

const CRM = "https://crm.example";

interface Said {
  readonly event?: string;
  readonly type?: string;
  readonly data?: { readonly requestId?: string; readonly err?: string };
}

/** A relay between an embedder and a hub that are both the test's. */
function relaying() {
  const posted: [Said, string][] = [];
  const sent: { type: string; requestId?: string; params?: { text?: string } }[] = [];
  let timers: { what: () => void; due: number }[] = [];
  let time = 1_000_000;
  let hub: ChannelEvents | undefined;
  const relay = new Relay(
    {
      post: (message, target) => void posted.push([message as Said, target]),
      origin: "https://hub.example",
      socketUrl: "wss://hub.example/streams/socket",
      allowed: new Set([CRM]),
      channel: () => ({ ours: { postMessage: () => undefined, onmessage: null }, theirs: {} as Transferable }),
      devices: () => Promise.resolve([]),
      open(_url, events) {
        hub = events;
        return { send: (text) => void sent.push(JSON.parse(text) as { type: string }), close: () => undefined };
      },
      after(millis, what) {
        const timer = { what, due: time + millis };
        timers.push(timer);
        return () => void (timers = timers.filter((item) => item !== timer));
      },
      now: () => time,
      random: () => 0.5,
      id: () => "port",
    },
    { token: () => Promise.resolve("t"), signOut: () => Promise.resolve() },
  );
  const pass = (millis: number) => {
    time += millis;
    for (const timer of timers.filter((item) => item.due <= time)) {
      timers = timers.filter((item) => item !== timer);
      timer.what();
    }
  };
  const say = (frame: object) => hub?.received(JSON.stringify(frame));
  const welcome = () => say({ type: "welcome", agent: "mia", expires: 0, at: time, heartbeat: 15_000 });
  const ask = (requestId: string, params: object = {}) =>
    relay.message(CRM, { event: "api_request", data: { event: "api_request", requestId, method: "notifyContactIssue", params } });
  const answers = () => posted.filter(([message]) => message.event === "api_response").map(([{ data }]) => data);
  const events = () => posted.map(([message]) => message.event ?? message.type);
  return { relay, posted, sent, pass, say, welcome, ask, answers, events };
}

const MOMENT = { type: "connected", timestamp: 1 };

function documented(contactId: string) {
  const state = { name: "Busy", type: "system", startTimestamp: 1 };
  const contacts = [{ contactId, state: MOMENT, queueTimestamp: null, connections: [] }];
  const snapshot = { state, nextState: null, agentAvailabilityState: { state: "Available", timeStamp: 1 }, contacts, snapshotTimestamp: 1 };
  return { type: "agent", documents: [{ snapshot, configuration: {} }] };
}

test("what cannot be written, or is too long, is answered and never sent", () => {
  const { relay, sent, welcome, ask, answers } = relaying();
  relay.signedIn();
  relay.message(CRM, { event: "outer_context_info" });
  welcome();
  const loop: { self?: object } = {};
  loop.self = loop;
  ask("loop", loop);
  ask("big", { text: "x".repeat(100_000) });
  ask("i".repeat(201));
  assert.deepEqual(answers().map((answer) => answer?.requestId?.slice(0, 5)), ["loop", "big", "iiiii"]);
  assert.ok(answers().every((answer) => (JSON.parse(answer?.err ?? "{}") as { type?: string }).type === "SendDataFailedException"));
  relay.message(CRM, { event: "broadcast", data: { event: "app::word", data: loop } });
  assert.deepEqual(sent, []);
});

test("a text that was cut in the middle of a character reaches the hub", () => {
  const { relay, sent, welcome, ask } = relaying();
  relay.signedIn();
  relay.message(CRM, { event: "outer_context_info" });
  welcome();
  ask("cut", { text: "\\ud83d is no half \u{1f600} but this is \ud83d" });
  assert.equal(sent[0]?.params?.text, "\\ud83d is no half \u{1f600} but this is \ufffd");
});

test("while there never was a connection, requests wait for a moment and then fail at once", () => {
  const { relay, pass, ask, answers } = relaying();
  relay.signedIn();
  relay.message(CRM, { event: "outer_context_info" });
  ask("first");
  assert.equal(answers().length, 0);
  pass(5_000);
  assert.equal(answers().length, 1);
  ask("later");
  assert.equal(answers().length, 2);
});

test("what waited for an accepted contact is not told after the agent signed out", () => {
  const { relay, posted, pass, say, welcome, events } = relaying();
  relay.signedIn();
  relay.message(CRM, { event: "outer_context_info" });
  welcome();
  relay.message(CRM, { event: "api_request", data: { requestId: "r", method: "acceptContact", params: { contactId: "k" } } });
  say({ type: "api", requestId: "r", data: {}, err: null });
  say(documented("k"));
  say({ type: "terminated" });
  const before = posted.length;
  pass(1_000);
  assert.equal(events().at(-1), "terminated");
  assert.equal(posted.length, before);
  assert.equal(relay.document, undefined);
});

test("an embedder that says nothing is kept one document, and none of an agent who has gone", () => {
  const { relay, posted, say, welcome, events } = relaying();
  relay.signedIn();
  welcome();
  for (const contactId of ["a", "b", "c"]) {
    say({ type: "accepted", contactId });
    say(documented(contactId));
  }
  relay.message(CRM, { event: "outer_context_info" });
  assert.equal(events().filter((event) => event === "agent::update").length, 1);
  assert.match(JSON.stringify(posted), /"contactId":"c"/);

  const other = relaying();
  other.relay.signedIn();
  other.welcome();
  other.say(documented("a"));
  other.say({ type: "terminated" });
  other.relay.message(CRM, { event: "outer_context_info" });
  assert.deepEqual(other.events(), ["acknowledge", "terminated"]);
});

test("the port is opened when somebody is signed in, however early the embedder spoke", () => {
  const { relay, events } = relaying();
  relay.message(CRM, { event: "broadcast", data: { event: "log" } }); // the library logs into a fresh frame, too
  assert.deepEqual(events(), []);
  relay.signedIn();
  assert.deepEqual(events(), ["acknowledge", "cross-domain-adapter-init"]);
  relay.message(CRM, { event: "synchronize" });
  assert.deepEqual(events(), ["acknowledge", "cross-domain-adapter-init", "acknowledge"]);
});

test("whoever wants to become the softphone's master hears nothing, since it would take any answer for a yes", () => {
  const { relay, sent, welcome, events } = relaying();
  relay.signedIn();
  relay.message(CRM, { event: "outer_context_info" });
  welcome();
  const become = (requestId: string, topic: string) =>
    relay.message(CRM, { event: "master_request", data: { requestId, method: "becomeMaster", params: { topic } } });
  become("s", "connect::softphone");
  become("r", "connect::ringtone");
  assert.deepEqual(sent.map((frame) => frame.requestId), ["r"]);
  relay.revoked();
  assert.equal(events().filter((event) => event === "master_response").length, 1, "the other one is answered when all is over");
});
