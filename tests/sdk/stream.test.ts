import assert from "node:assert/strict";
import { test } from "node:test";

import type { EntryFrame, Joined } from "../../sdk/js/src/frames.js";
import type { Change, View } from "../../sdk/js/src/model.js";
import { advanced, gauged, merged, opened, position, seqOf } from "../../sdk/js/src/stream.js";

const view: View = {
  subject: "agent/ann",
  links: { sim: { up: true } },
  contacts: { one: { id: "one", link: "sim" }, two: { id: "two", link: "sim", phase: "active" } },
  controls: { "": { MakeCall: "" }, one: { AnswerCall: "" }, two: { HoldCall: "" } },
};

const joined: Joined = {
  type: "joined",
  subject: "agent/ann",
  epoch: "e-1",
  position: "e-1.7",
  recovered: null,
  view,
  tail: [],
  gauges: { waiting: 2 },
};

function entry(seq: number, change?: Change): EntryFrame {
  const frame = { type: "entry", subject: "agent/ann", seq, at: 0, sum: "", event: { type: "LinkUp" } } as const;
  return change === undefined ? frame : { ...frame, change };
}

test("a change replaces what it names, drops what is null and leaves the rest the very same", () => {
  const after = merged(view, { contacts: { one: null, two: { id: "two", link: "sim", phase: "wrap_up" }, three: { id: "three", link: "sim" } } });
  assert.deepEqual(Object.keys(after.contacts ?? {}), ["two", "three"]);
  assert.equal(after.contacts?.["two"]?.phase, "wrap_up");
  assert.equal(after.links, view.links);
  assert.equal(after.controls, view.controls);
  assert.equal(Object.keys(view.contacts ?? {}).length, 2, "the old view is untouched");
});

test("a change of lists and profile replaces them whole", () => {
  const after = merged({ ...view, recent: [{ id: "old", link: "sim" }] }, { recent: [], profile: { id: "ann", name: "Ann" } });
  assert.deepEqual(after.recent, []);
  assert.equal(after.profile?.name, "Ann");
});

test("of transcripts only what was said is told: it goes to the end, and takes the place of what had its id", () => {
  const said = (id: string, text: string) => ({ id, text, contact: "one", role: "customer" }) as const;
  const before = { ...view, utterances: { one: [said("a", "he"), said("b", "ho")], two: [said("c", "hi")] } };
  const after = merged(before, { utterances: { one: [said("a", "hey"), said("d", "so")], two: null } });
  assert.deepEqual(after.utterances, { one: [said("b", "ho"), said("a", "hey"), said("d", "so")] });
  assert.deepEqual(before.utterances.one.map((item) => item.text), ["he", "ho"], "the old view is untouched");
  assert.equal(after.suggestions, view.suggestions ?? after.suggestions);
});

test("controls come and go by contact", () => {
  const after = merged(view, { controls: { one: null, two: { HoldCall: "wrong-state" } } });
  assert.deepEqual(after.controls, { "": { MakeCall: "" }, two: { HoldCall: "wrong-state" } });
});

test("a view that lacked a table gets it", () => {
  assert.deepEqual(merged({ subject: "agent/ann" }, { links: { sim: { up: false } } }).links, { sim: { up: false } });
});

test("the next entry moves the stream on", () => {
  const after = advanced(opened(joined), entry(8, { links: { sim: { up: false } } }));
  assert.ok(typeof after === "object");
  assert.equal(after.seq, 8);
  assert.equal(after.view.links?.["sim"]?.up, false);
  assert.equal(position(after.epoch, after.seq), "e-1.8");
});

test("an entry without a change moves the place and nothing else", () => {
  const after = advanced(opened(joined), entry(8));
  assert.ok(typeof after === "object");
  assert.equal(after.view, view);
});

test("what the page has already is stale, what leaves a hole is a gap", () => {
  const stream = opened(joined);
  assert.equal(advanced(stream, entry(7)), "stale");
  assert.equal(advanced(stream, entry(1)), "stale");
  assert.equal(advanced(stream, entry(9)), "gap");
});

test("a position ends in the seq, whatever the epoch is made of", () => {
  assert.equal(seqOf("a.b.12"), 12);
  assert.equal(seqOf("e-1.0"), 0);
  assert.equal(seqOf("nonsense"), 0);
  assert.equal(seqOf(""), 0);
});

test("a gauge keeps its last value", () => {
  const after = gauged(opened(joined), "waiting", 3);
  assert.deepEqual(after.gauges, { waiting: 3 });
  assert.equal(after.seq, 7);
});
