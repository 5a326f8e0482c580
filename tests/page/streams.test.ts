import assert from "node:assert/strict";
import { test } from "node:test";

import { Acceptance } from "../../src/cordboard/protocols/streams/page/relay/acceptance";
import { Conduit } from "../../src/cordboard/protocols/streams/page/relay/conduit";
import { origins } from "../../src/cordboard/web/page/parts/origins";
import { SdkChannel } from "../../src/cordboard/protocols/streams/page/relay/sdk";
import type { AgentDocument } from "../../src/cordboard/protocols/streams/page/relay/wire";

// --- onAccepted before onConnected -----------------------------------------------------------------------------------------

function accepting() {
  const out: string[] = [];
  let timers: { what: () => void; millis: number }[] = [];
  const acceptance = new Acceptance({
    after(millis, what) {
      const timer = { what, millis };
      timers.push(timer);
      return () => void (timers = timers.filter((item) => item !== timer));
    },
    raise: (event) => out.push(event),
    post: (document) => out.push(String(document)),
  });
  const ring = () => {
    for (const { what } of timers.splice(0)) what();
  };
  return { acceptance, out, ring };
}

const ECHO = ["contact::accepted", "contact::accepted::k"];

test("the document waits for the library's own words, which come after the answer", () => {
  const { acceptance, out, ring } = accepting();
  acceptance.asked("r", "k");
  acceptance.answered("r", true);
  acceptance.accepted("k");
  acceptance.document("connected", ["k"]);
  assert.deepEqual(out, []);
  assert.equal(acceptance.broadcast("contact::accepted", { contactId: "k" }), true);
  assert.equal(acceptance.broadcast("contact::accepted::k", { contactId: "k" }), true);
  ring();
  assert.deepEqual(out, [...ECHO, "connected"]);
});

test("a hub that tells of it before it answers changes nothing", () => {
  const { acceptance, out, ring } = accepting();
  acceptance.asked("r", "k");
  acceptance.accepted("k");
  acceptance.document("connected", ["k"]);
  acceptance.answered("r", true);
  acceptance.broadcast("contact::accepted", undefined); // 1.4.5 sends no data
  acceptance.broadcast("contact::accepted::k", undefined);
  ring();
  assert.deepEqual(out, [...ECHO, "connected"]);
});

test("an embedder that never broadcasts holds nothing up for long", () => {
  const { acceptance, out, ring } = accepting();
  acceptance.asked("r", "k");
  acceptance.answered("r", true);
  acceptance.document("connected", ["k"]);
  acceptance.document("later", ["k"]);
  ring();
  assert.deepEqual(out, [...ECHO, "connected", "later"]);
  acceptance.broadcast("contact::accepted::k", {});
  assert.equal(out.length, 4, "once is enough");
});

test("what another page or the phone took is raised at once", () => {
  const { acceptance, out } = accepting();
  acceptance.accepted("k");
  acceptance.document("connected", ["k"]);
  assert.deepEqual(out, [...ECHO, "connected"]);
});

test("a request that failed holds nothing", () => {
  const { acceptance, out } = accepting();
  acceptance.asked("r", "k");
  acceptance.answered("r", false);
  acceptance.document("still ringing", ["k"]);
  assert.deepEqual(out, ["still ringing"]);
});

test("a contact that comes once more is accepted once more", () => {
  const { acceptance, out } = accepting();
  acceptance.accepted("k");
  acceptance.document("connected", ["k"]);
  acceptance.document("gone", []);
  acceptance.accepted("k");
  assert.deepEqual(out, [...ECHO, "connected", "gone", ...ECHO]);
});

test("other words are none of it", () => {
  const { acceptance, out } = accepting();
  assert.equal(acceptance.broadcast("contact::view", {}), false);
  assert.deepEqual(out, []);
});

// --- whom to speak to ------------------------------------------------------------------------------------------------------

const CRM = "https://crm.example";

function conduit(allowed = CRM) {
  const posted: [unknown, string][] = [];
  const heard: string[] = [];
  let locked = 0;
  const made = new Conduit(
    (message, target) => posted.push([message, target]),
    origins(allowed),
    (message) => heard.push(message.event),
    () => (locked += 1),
  );
  return { made, posted, heard, locks: () => locked };
}

test("only the first word goes to everybody; the rest waits for an allowed origin", () => {
  const { made, posted, heard, locks } = conduit();
  made.knock({ event: "acknowledge", data: { id: "p" } });
  made.send("agent::update", { snapshot: {} });
  assert.deepEqual(posted, [[{ event: "acknowledge", data: { id: "p" } }, "*"]]);
  made.receive(CRM, { event: "outer_context_info" });
  assert.equal(locks(), 1);
  assert.deepEqual(posted[1], [{ event: "agent::update", data: { snapshot: {} } }, CRM]);
  made.knock({ event: "acknowledge" });
  assert.equal(posted[2]?.[1], CRM, "later ones go to the origin");
  made.receive("https://other.example", { event: "api_request" });
  assert.deepEqual(heard, ["outer_context_info"]);
});

test("an origin that is not allowed is never spoken to again", () => {
  const { made, posted, heard } = conduit();
  made.send("agent::update", {});
  made.receive("https://thief.example", { event: "synchronize" });
  made.receive(CRM, { event: "synchronize" });
  made.send("agent::update", {});
  made.knock({ event: "acknowledge" });
  assert.deepEqual([posted, heard], [[], []]);
});

test("an origin of an allowed pattern is locked to like one written out", () => {
  const { made, posted, heard } = conduit("https://*.crm.example");
  made.send("agent::update", {});
  made.receive("https://acme.crm.example", { event: "synchronize" });
  made.receive("https://other.crm.example", { event: "api_request" });
  assert.deepEqual(posted, [[{ event: "agent::update", data: {} }, "https://acme.crm.example"]]);
  assert.deepEqual(heard, ["synchronize"]);
});

test("a pattern stands for one name or more before its domain, at its port", () => {
  const some = origins("https://*.crm.example https://*.desk.example:8443  https://one.example", "http://localhost:8765");
  for (const origin of ["https://a.crm.example", "https://a--b.c.crm.example", "https://a.desk.example:8443", "https://one.example", "http://localhost:8765"])
    assert.ok(some.has(origin), origin);
  for (const origin of [
    "",
    "null",
    "*",
    "https://*.crm.example",
    "https://crm.example",
    "https://.crm.example",
    "https://a..crm.example",
    "http://a.crm.example",
    "https://a.crm.example:8443",
    "https://a.desk.example",
    "https://evilcrm.example",
    "https://a.crm.example.evil.example",
    "https://evil.example/.crm.example",
    "https://evil.example:80.crm.example",
  ])
    assert.ok(!some.has(origin), origin);
  assert.ok(!origins("").has(""));
});

test("what is no message is not heard, and nothing null is said", () => {
  const { made, posted, heard } = conduit();
  for (const data of [null, undefined, 7, "text", {}, { event: "" }, { event: 7 }, []]) made.receive(CRM, data);
  assert.deepEqual(heard, []);
  made.receive(CRM, { event: "synchronize" });
  made.send("acknowledge");
  made.send("access_denied", null);
  assert.deepEqual(posted, [
    [{ event: "acknowledge" }, CRM],
    [{ event: "access_denied" }, CRM],
  ]);
});

// --- the SDK's channel -----------------------------------------------------------------------------------------------------

function sdk() {
  const posted: { [key: string]: unknown }[] = [];
  let time = 1000;
  const channel = new SdkChannel(
    { postMessage: (message) => void posted.push(message as { [key: string]: unknown }) },
    { now: () => time, id: () => "id", origin: "https://cti.example" },
  );
  return { channel, posted, pass: (millis: number) => (time += millis) };
}

test("the handshake names an interval: without one the library asks hundreds of times a second", () => {
  const { channel, posted } = sdk();
  channel.receive({ type: "cross-domain-site-ready", providerId: "x" });
  assert.equal(posted[0]?.["type"], "acknowledge");
  assert.ok(Number(posted[0]?.["healthCheckInterval"]) >= 1000);
  channel.receive({ type: "healthCheck" });
  channel.receive({ type: "healthCheck" });
  assert.deepEqual(posted.slice(1).map((item) => item["counter"]), [1, 2]);
});

test("every request is answered at once, those that nobody handles too", () => {
  const { channel, posted } = sdk();
  channel.network(true);
  for (const command of ["agent/getNetworkConnectionStatus", "contact/isPreviewMode", "no/such"]) {
    channel.receive({ type: "request", namespace: "aws.connect.contact", command, requestId: command, data: {} });
  }
  assert.deepEqual(posted.map((item) => [item["requestId"], item["isError"], item["errorKey"]]), [
    ["agent/getNetworkConnectionStatus", false, undefined],
    ["contact/isPreviewMode", false, undefined],
    ["no/such", true, "handlerNotFound"],
  ]);
  assert.deepEqual(posted[0]?.["data"], { status: "connected", timestamp: 1000 });
});

test("subscribers hear of what they asked for, until they do not want to", () => {
  const { channel, posted } = sdk();
  const topic = { namespace: "aws.connect.voice", key: "voice/participantHold", parameter: "c1" };
  channel.receive({ type: "subscribe", topic, handlerId: "h" });
  channel.document(document("connected", "connected"));
  channel.document(document("hold", "hold"));
  assert.deepEqual(posted, [
    { type: "publish", topic, handlerId: "h", data: { participantId: "c1", contactId: "k", isOnHold: true } },
  ]);
  channel.receive({ type: "unsubscribe", topic, handlerId: "h" });
  channel.document(document("connected", "hold"));
  channel.document(document("hold", "hold"));
  assert.equal(posted.length, 1);
});

test("garbage on the port does nothing", () => {
  const { channel, posted } = sdk();
  for (const data of [null, 7, "x", {}, { type: "log" }, { type: "subscribe" }, { type: "unsubscribe", topic: 7 }]) channel.receive(data);
  assert.deepEqual(posted, []);
});

function document(...states: string[]): AgentDocument {
  const connections = states.map((type, number) => ({ connectionId: `c${number + 1}`, type: "outbound", state: { type, timestamp: 0 } }));
  const state = { name: "Busy", type: "system", startTimestamp: 0 };
  return {
    configuration: {},
    snapshot: {
      state,
      nextState: null,
      agentAvailabilityState: { state: "Available", timeStamp: 0 },
      contacts: [{ contactId: "k", state: { type: "connected", timestamp: 0 }, queueTimestamp: null, connections }],
      snapshotTimestamp: 0,
    },
  };
}
