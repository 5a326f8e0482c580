import assert from "node:assert/strict";
import { test } from "node:test";

import { doings, listed, liveParties, runningCalls, waitingIn, type FloorCall, type FloorState, type Party } from "../../src/cordboard/web/page/console/floor";

function party(id: string, role: Party["role"], state: Party["state"], more: Partial<Party> = {}): Party {
  return { id, role, state, number: `+${id}`, name: "", agent: null, queue: null, muted: false, since: 5, ...more };
}

function call(id: string, started: number, parties: Party[], ended: number | null = null): FloorCall {
  return { id, kind: "main", medium: "voice", direction: "inbound", queue: null, started, ended, parties };
}

const served = call("served", 1, [party("1", "customer", "connected", { name: "Ada" }), party("2", "agent", "connected", { agent: "ann" })]);
const queued = call("queued", 2, [party("3", "customer", "connected", { name: "Bob" }), party("4", "queue", "queued", { queue: "sales", since: 9 })]);
const left = call("left", 3, [party("5", "customer", "null"), party("6", "queue", "null", { queue: "sales" })]);
const over = call("over", 0, [], 4);

const floor: FloorState = {
  now: 10,
  speed: 1,
  people: true,
  journal: 1,
  arrivals: {},
  agents: {
    ann: {
      id: "ann",
      state: "busy",
      reason: null,
      since: 1,
      media: {},
      segments: [
        { id: "old", phase: "closed", calls: [over] },
        { id: "now", phase: "active", calls: [served] },
      ],
    },
    ben: { id: "ben", state: "ready", reason: null, since: 1, media: {}, segments: [{ id: "same", phase: "active", calls: [served] }] },
  },
  calls: { queued, left },
  entries: { "w-1": { campaign: "w", state: "done" }, "w-2": { campaign: "w", state: "new" }, "w-3": { campaign: "w", state: "never" }, "x-1": { campaign: "x", state: "out" } },
};

test("each call that is under way is there once, the oldest first", () => {
  assert.deepEqual(runningCalls(floor).map((item) => item.id), ["served", "queued", "left"]);
});

test("who waits in a queue is who has a place in it now", () => {
  const waiting = waitingIn(floor, "sales");
  assert.deepEqual(waiting.map((item) => [item.call.id, item.caller?.name, item.since]), [["queued", "Bob", 9]]);
  assert.deepEqual(waitingIn(floor, "service"), []);
});

test("what an agent is at leaves out what is closed, and names the other side", () => {
  assert.deepEqual(floor.agents["ann"] === undefined ? [] : doings(floor.agents["ann"]), [{ phase: "active", who: "Ada" }]);
});

test("who has left a call is not in it", () => {
  assert.deepEqual(liveParties(left), []);
  assert.equal(liveParties(served).length, 2);
});

test("after a transfer an agent is with whoever is there, not with who handed over", () => {
  const parties = [party("1", "agent", "null", { agent: "ann", name: "Ann" }), party("2", "agent", "connected", { agent: "ben" }), party("3", "customer", "connected", { name: "Ada" })];
  const agent = { id: "ben", state: "busy" as const, reason: null, since: 1, media: {}, segments: [{ id: "now", phase: "active" as const, calls: [call("c", 1, parties)] }] };
  assert.deepEqual(doings(agent), [{ phase: "active", who: "Ada" }]);
});

test("a campaign is through with whom it reached, gave up, or is never to call", () => {
  assert.deepEqual(listed(floor, "w"), { entries: 3, done: 2 });
  assert.deepEqual(listed(floor, "none"), { entries: 0, done: 0 });
});
