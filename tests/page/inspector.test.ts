// The inspector's pure parts: what belongs together is told together, and times are told as one reads them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { batches, services } from "../../src/cordboard/web/page/inspector/batches";
import { hashOf, placeOf, type Place } from "../../src/cordboard/web/page/inspector/place";
import type { Frame, Line, Step } from "../../src/cordboard/web/page/inspector/shapes";
import { size, span } from "../../src/cordboard/web/page/inspector/spans";
import { told, tone } from "../../src/cordboard/web/page/inspector/telling";
import { threads } from "../../src/cordboard/web/page/inspector/threads";

const FRAME: Frame = { at: 5, link: "sim", kind: "received", where: "events", text: "{}", size: 2, whole: true, led: 2 };

function line(subject: string, contact: string, more: Partial<Line> = {}): Line {
  return {
    subject,
    contact,
    name: subject,
    thread: "t1",
    link: "sim",
    medium: "voice",
    direction: "inbound",
    phase: "active",
    ended_by: null,
    customer: null,
    queue: null,
    created: 10,
    since: 10,
    ...more,
  };
}

function step(seq: number, more: Partial<Step> = {}): Step {
  return { at: 10, gap: 0, subject: "agent/ann", seq, event: { type: "Held" }, origin: "", frame: null, appended: 0, on_disk: 0, shown: 0, told: [], errand: null, seen: true, ...more };
}

test("what several had of one caller is one thread, opened at who has it now", () => {
  const [one, other] = threads([
    line("agent/ben", "c2", { created: 30 }),
    line("queue/q", "c0", { created: 5, phase: "closed", since: 10 }),
    line("agent/ann", "c1", { phase: "closed", since: 40, ended_by: "transferred" }),
    line("agent/cleo", "c9", { thread: "", created: 2, phase: "closed", since: 9 }),
  ]);
  assert.deepEqual(one?.parts.map((part) => part.subject), ["queue/q", "agent/ann", "agent/ben"]);
  assert.equal(one?.head.contact, "c2");
  assert.deepEqual([one?.live, one?.created, one?.ended], [true, 5, 0]);
  assert.deepEqual([other?.key, other?.live, other?.ended], ["agent/cleo/c9", false, 9]);
});

test("entries of one frame stand together, others apart", () => {
  const found = batches([step(1, { frame: FRAME }), step(2, { frame: { ...FRAME } }), step(3, { frame: { ...FRAME, at: 6 } }), step(4), step(5)]);
  assert.deepEqual(found.map(({ steps }) => steps.map(({ seq }) => seq)), [[1, 2], [3], [4], [5]]);
});

test("times and sizes are told as one reads them", () => {
  assert.deepEqual([0, -3, 999, 1000, 7695, 59_949, 59_950, 123_000, 3_840_000].map(span), ["0 ms", "0 ms", "999 ms", "1.0 s", "7.7 s", "59.9 s", "1 min 0 s", "2 min 3 s", "1 h 4 min"]);
  assert.deepEqual([12, 5312].map(size), ["12 B", "5.3 kB"]);
});

test("a place stands in the address and is found again there", () => {
  const places: Place[] = [
    { view: "contacts", subject: "", contact: "" },
    { view: "contacts", subject: "agent/a b", contact: "c/1#?" },
    { view: "follow", subject: "" },
    { view: "follow", subject: "queue/q" },
    { view: "odd" },
  ];
  for (const place of places) assert.deepEqual(placeOf(hashOf(place)), place);
  assert.deepEqual(placeOf(""), places[0]);
  assert.deepEqual(placeOf("#/contacts/agent/ann"), places[0]);
  assert.equal(placeOf("#/contacts/agent/ann/%zz").view, "contacts");
});

test("a step is told in a few words, and what went wrong has its tone", () => {
  const refused = { outcome: "refused", code: "no-free-line" } as const;
  const errand = { id: "1", service: "HoldCall", by: "ann", taken: 1, on_disk: 0, given: 0, answered: 0, settled: 2, outcome: refused };
  assert.equal(tone(step(0, { event: null, errand })), "bad");
  assert.equal(tone(step(1, { event: { type: "LinkDown" } })), "warn");
  assert.equal(tone(step(1, { event: { type: "CommandSettled", outcome: { outcome: "done" } } })), "command");
  assert.equal(told({ type: "CommandSettled", outcome: refused }, []), "refused: no-free-line");
  assert.equal(told({ type: "Snapshot", contacts: [] }, ["c1"]), "gone meanwhile");
  assert.equal(told({ type: "Snapshot", contacts: [{ id: "c1", link: "sim", phase: "active" }] }, ["c1"]), "still there: in progress");
  assert.equal(services([step(0, { errand })]).get("1"), "HoldCall");
});
