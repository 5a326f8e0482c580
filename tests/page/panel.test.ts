import assert from "node:assert/strict";
import { test } from "node:test";

import { Line, LineError } from "../../src/cordboard/web/page/embed/line";
import { isConnect } from "../../src/cordboard/web/page/embed/protocol";
import { news, summary } from "../../src/cordboard/web/page/embed/summary";
import { Duties } from "../../src/cordboard/web/page/panel/duties";
import { performance } from "../../src/cordboard/web/page/panel/performing";
import { currentContact, fullContact, inCall, joinable } from "../../src/cordboard/web/page/panel/reading";
import { SHORTCUTS } from "../../src/cordboard/web/page/panel/shortcuts";
import type { Contact, ConnectionState, Phase, View } from "../../src/cordboard/web/page/wire/model";

function contact(id: string, own: ConnectionState, phase: Phase = "active", more: Partial<Contact> = {}): Contact {
  const connections = [
    { id: `${id}-1`, participant: { role: "agent", id: "mia" }, state: own },
    { id: `${id}-2`, participant: { role: "customer", name: `Customer of ${id}`, number: "+441" }, state: "connected" },
  ] as const;
  return { id, link: "sim", agent: "mia", phase, calls: [{ id: `call-${id}`, connections }], ...more };
}

function view(...contacts: Contact[]): View {
  return { subject: "agent/mia", contacts: Object.fromEntries(contacts.map((item) => [item.id, item])) };
}

const full = (...contacts: Contact[]) => contacts.map(fullContact);

test("the contact in front is the one chosen, else the one that is talked to, else the first", () => {
  const all = full(contact("a", "hold"), contact("b", "connected"));
  assert.equal(currentContact(all, "a")?.id, "a");
  assert.equal(currentContact(all, "gone")?.id, "b");
  assert.equal(currentContact(full(contact("a", "hold")), "")?.id, "a");
  assert.equal(currentContact([], ""), undefined);
});

test("two contacts can be joined when one is on hold and the other is not", () => {
  const [held, active, far, ringing] = full(
    contact("a", "hold"),
    contact("b", "connected"),
    contact("c", "connected", "active", { link: "other" }),
    contact("d", "alerting", "offered"),
  );
  assert.ok(held !== undefined && active !== undefined && far !== undefined && ringing !== undefined);
  assert.deepEqual(joinable(held, [held, active, far, ringing]).map((item) => item.id), ["b"]);
  assert.deepEqual(joinable(active, [held, active]).map((item) => item.id), ["a"]);
  assert.deepEqual(joinable(ringing, [held, active, ringing]), []);
  const parked = { ...held, id: "p", calls: held.calls.map((call) => ({ ...call, connections: (call.connections ?? []).map((item) => ({ ...item, parked: true })) })) };
  assert.deepEqual(joinable(parked, [parked, held, active, ringing]).map((item) => item.id), ["a", "b"]);
  const [dialling, left] = full(contact("e", "initiated"), contact("f", "null"));
  assert.ok(dialling !== undefined && left !== undefined);
  assert.deepEqual(joinable(parked, [parked, dialling, left]), []);
});

test("a page is left without a question when no call is under way", () => {
  assert.equal(inCall(view(contact("a", "connected"))), true);
  assert.equal(inCall(view(contact("a", "initiated", "dialling"))), true);
  for (const phase of ["offered", "wrap_up"] as const) assert.equal(inCall(view(contact("a", "null", phase))), false);
  assert.equal(inCall(view({ id: "c", link: "sim", medium: "chat", phase: "active" })), false);
});

test("shortcuts are single keys, none twice, and what ends something needs Shift", () => {
  const keys = Object.values(SHORTCUTS).map(({ key, shift }) => `${shift === true ? "Shift " : ""}${key}`);
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.match(key, /^(Shift )?([a-z]|\?)$/);
  for (const action of ["hangUp", "decline", "finish", "complete", "reconnect"] as const) assert.equal(SHORTCUTS[action].shift, true, action);
});

test("a shortcut asks for what its button would, on the contact in front", () => {
  const [held] = full(contact("a", "hold"));
  const [active] = full(contact("b", "connected"));
  assert.deepEqual(performance("hold", held), { service: { service: "RetrieveCall", contact: "a" } });
  assert.deepEqual(performance("hold", active), { service: { service: "HoldCall", contact: "b" } });
  const chat = fullContact({ id: "c", link: "sim", medium: "chat", phase: "active" });
  assert.deepEqual(performance("hold", chat), { service: { service: "PauseContact", contact: "c" } });
  assert.deepEqual(performance("hold", { ...chat, phase: "paused" }), { service: { service: "ResumeContact", contact: "c" } });
  assert.deepEqual(performance("mute", active), { service: { service: "SetMicrophoneMute", contact: "b", mute: true } });
  assert.deepEqual(performance("ready", undefined), { service: { service: "SetAgentState", state: "ready" } });
  assert.equal(performance("hangUp", undefined), undefined);
  assert.equal(performance("help", active), undefined);
  const found = performance("add", active);
  assert.ok(found !== undefined && "choosing" in found);
  const target = { kind: "agent", id: "noor" } as const;
  assert.deepEqual(found.choosing.then(target), { service: "SingleStepConferenceCall", contact: "b", target });
});

test("a duty that nobody does any more is claimed by whoever wants it", () => {
  const asked: string[] = [];
  const client = { claim: (_: string, name: string, how = "ask") => void asked.push(`${how} ${name}`) };
  const duties = new Duties(() => ({ client, subject: "agent/mia" }));
  const heard = (page: string, mine: boolean, name = "ringtone") => duties.heard({ type: "claimed", subject: "agent/mia", name, page, mine });
  duties.want("ringtone", true, false);
  assert.equal(duties.doer("ringtone"), "nowhere");
  assert.equal(heard("p2", false), true);
  assert.equal(duties.doer("ringtone"), "elsewhere");
  assert.equal(heard("", false), true);
  assert.equal(heard("p1", true), true);
  assert.equal(duties.doer("ringtone"), "here");
  assert.equal(heard("p9", false, "ScreenPop"), false);
  duties.want("ringtone", false, false);
  heard("", false);
  duties.want("notification", true, true);
  duties.lost();
  assert.equal(duties.doer("ringtone"), "nowhere");
  duties.joined();
  assert.deepEqual(asked, ["ask ringtone", "ask ringtone", "give ringtone", "take notification", "ask notification"]);
});

test("the page around is told what it may know of a contact, and only what changed", () => {
  const offered = contact("a", "alerting", "offered", {
    customer: { role: "customer", name: "Ada", number: "+441" },
    variables: { secret: "x" },
    notes: "private",
    phase_since: { ours: 5 },
  });
  assert.deepEqual(summary(offered), {
    id: "a",
    phase: "offered",
    medium: "voice",
    direction: "inbound",
    name: "Ada",
    number: "+441",
    queue: "",
    since: 5,
    disposition: "",
    ended: "",
    records: [],
  });
  const first = news(undefined, view(offered));
  assert.deepEqual(first.map(({ topic }) => topic), ["contact", "state", "ring"]);
  assert.deepEqual(news(view(offered), view({ ...offered, notes: "more" })), []);
  const media = { "sim/chat": { link: "sim", medium: "chat", state: "ready", since: 7 }, "sim/voice": { link: "sim", state: "busy", since: 9 } } as const;
  const [told] = news(view(offered), { ...view(offered), states: media });
  assert.deepEqual(told, {
    topic: "state",
    data: { state: "busy", reason: "", since: 9, pending: "", media: { voice: "busy", chat: "ready" } },
  });
  const answered = { ...offered, phase: "active" } as const;
  assert.deepEqual(
    news(view(offered), view(answered)).map(({ topic, data }) => [topic, data !== null && "ringing" in data ? data.ringing : ""]),
    [
      ["contact", ""],
      ["ring", false],
    ],
  );
  const closed: View = { subject: "agent/mia", recent: [{ ...answered, phase: "closed", ended_by: "completed" }] };
  const [over] = news(view(answered), closed);
  assert.ok(over !== undefined && over.topic === "contact");
  assert.deepEqual([over.data.phase, over.data.ended], ["closed", "completed"]);
});

/** Two lines over one channel, and a way to end both. */
function pair(serve: (method: string, params: unknown) => Promise<unknown>): { line: Line; raw: MessagePort; close: () => void } {
  const { port1, port2 } = new MessageChannel();
  const end = { serve, heard: () => undefined };
  const [line, other] = [new Line(port1, { serve: () => Promise.reject(new Error("none")), heard: () => undefined }), new Line(port2, end)];
  return {
    line,
    raw: port1,
    close: () => {
      line.close();
      other.close();
    },
  };
}

test("each request over a line has one answer, with a result or a code", async () => {
  const { line, close } = pair((method, params) => {
    if (method === "add") return Promise.resolve((params as number[]).reduce((sum, item) => sum + item, 0));
    if (method === "refuse") return Promise.reject(new LineError("bad-field", "number is missing"));
    return Promise.reject(new TypeError("something that is nobody's business"));
  });
  assert.equal(await line.request("add", [1, 2]), 3);
  await assert.rejects(line.request("refuse", {}), { code: "bad-field", message: "number is missing" });
  await assert.rejects(line.request("other", {}), { code: "internal", message: "it failed" });
  const late = line.request("add", []);
  close();
  await assert.rejects(late, { code: "gone" });
  await assert.rejects(line.request("add", []), { code: "gone" });
});

test("only a message of our own making opens a line", () => {
  assert.equal(isConnect({ cordboard: "panel", type: "connect", version: 1, tokens: false }), true);
  for (const other of [null, "connect", {}, { type: "connect", version: 1 }, { cordboard: "panel", type: "connect" }]) assert.equal(isConnect(other), false);
});
