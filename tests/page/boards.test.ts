import assert from "node:assert/strict";
import { test } from "node:test";

import { Boards } from "../../src/cordboard/web/page/panel/boards";
import { contactName, fullContact, fullUtterance, isDoubtful, isWeb, spoken } from "../../src/cordboard/web/page/panel/reading";
import type { View } from "../../src/cordboard/web/page/wire/model";

const mia: View = {
  subject: "agent/mia",
  profile: { id: "mia", team: "crew", teams: [{ id: "crew", name: "Crew" }], queues: [{ id: "bookings", name: "Bookings" }, { id: "freight" }] },
};

function boards() {
  const watched = new Set<string>();
  const made = new Boards({ watch: (name) => void watched.add(name), unwatch: (name) => void watched.delete(name) });
  return { made, watched };
}

function stream(subject: string, view: Partial<View> = {}, gauges: { readonly [name: string]: number } = {}) {
  return { subject, epoch: "e", seq: 1, view: { ...view, subject }, gauges };
}

test("queues and team are watched while somebody looks, colleagues only by who may see them", () => {
  const { made, watched } = boards();
  made.follow(true, mia, ["agent:mia"]);
  assert.deepEqual([...watched], ["queue/bookings", "queue/freight", "team/crew"]);
  made.follow(true, mia, ["agent:mia", "member:crew"]);
  assert.deepEqual([...watched].at(-1), "agent/*");
  made.follow(true, { ...mia, profile: { id: "mia", queues: [{ id: "freight" }] } }, ["agent:mia", "member:crew"]);
  assert.deepEqual([...watched], ["queue/freight"]);
  made.follow(false, mia, ["agent:mia"]);
  assert.deepEqual([...watched], ["team/crew"]);
  assert.equal(made.received(stream("queue/freight")), false);
});

test("what is written to the team is told while nobody looks at counters", () => {
  const { made, watched } = boards();
  made.follow(false, mia, []);
  assert.deepEqual([...watched], ["team/crew"]);
  const messages = [{ id: "m", author: "sue", content: "Port Selby is closed." }];
  assert.equal(made.received(stream("team/crew", { messages })), true);
  assert.deepEqual(made.messages(mia), messages);
  assert.equal(made.received(stream("team/crew", { messages: made.messages(mia) }, { "agents-ready": 2 })), false);
  made.follow(true, mia, []);
  made.follow(false, mia, []);
  assert.deepEqual(made.messages(mia), messages);
  assert.deepEqual(made.messages({ subject: "agent/ida" }), []);
});

test("the board has each queue, counted or not, the team, and who is in it", () => {
  const { made } = boards();
  made.follow(true, mia, ["tenant"]);
  made.received(stream("queue/bookings", {}, { "calls-waiting": 2 }));
  made.received(stream("team/crew", {}, { "agents-ready": 1 }));
  made.received(stream("agent/pia", { profile: { id: "pia", name: "Pia", team: "crew" }, states: { x: { link: "sim", state: "ready" } } }));
  made.received(stream("agent/noor", { profile: { id: "noor", login: "noor", team: "crew" } }));
  made.received(stream("agent/remy", { profile: { id: "remy", team: "harbour" } }));
  const { queues, team, members } = made.board(mia);
  assert.deepEqual(queues, [
    { id: "bookings", name: "Bookings", gauges: { "calls-waiting": 2 } },
    { id: "freight", name: "freight", gauges: {} },
  ]);
  assert.deepEqual(team, { id: "crew", name: "Crew", gauges: { "agents-ready": 1 } });
  assert.deepEqual(members.map(({ name, states }) => [name, states.length]), [["mia", 0], ["noor", 0], ["Pia", 1]]);
  made.follow(false, mia, []);
  assert.deepEqual(made.board(mia).members, []);
});

test("a transcript is read in the order in which it was said, and says what is doubtful", () => {
  const said = [
    { id: "2", contact: "k", role: "customer", text: "two", start: 2, confidence: 0.4 },
    { id: "1", contact: "k", role: "agent", text: "one", start: 1 },
  ] as const;
  assert.deepEqual(spoken(said).map((item) => item.id), ["1", "2"]);
  assert.deepEqual(said.map(fullUtterance).map(isDoubtful), [true, false]);
});

test("a task that is with nobody is called after what it is about", () => {
  assert.equal(contactName(fullContact({ id: "t", link: "sim", medium: "task", subject: "Check the refund" })), "Check the refund");
});

test("only addresses of the web are opened", () => {
  assert.deepEqual(["https://a.example", "HTTP://a", "javascript:alert(1)", "//a.example", ""].map(isWeb), [true, true, false, false, false]);
});
