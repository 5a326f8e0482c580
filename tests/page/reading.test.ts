import assert from "node:assert/strict";
import { test } from "node:test";

import { announcements, ringing } from "../../src/cordboard/web/page/panel/announcements";
import { attached, byMedium, contactName, fullContact, isToBeCalled, numberOf, openContacts, statesOf } from "../../src/cordboard/web/page/panel/reading";
import { refusalText, TEXTS } from "../../src/cordboard/web/page/parts/texts";
import type { Contact, View } from "../../src/cordboard/web/page/wire/model";

const ada: Contact = { id: "a", link: "sim", agent: "ann", customer: { role: "customer", name: "Ada", number: "+441" }, created: { ours: 2 } };
const bob: Contact = { id: "b", link: "sim", agent: "ann", phase: "active", created: { ours: 1 } };

function view(...contacts: Contact[]): View {
  return { subject: "agent/ann", contacts: Object.fromEntries(contacts.map((contact) => [contact.id, contact])) };
}

test("what rings stands first, then the oldest", () => {
  const old: Contact = { ...bob, id: "c", created: { vendor: 1, ours: 0 } };
  assert.deepEqual(openContacts(view(bob, ada, old)).map((contact) => contact.id), ["a", "b", "c"]);
});

test("a contact is called after its customer, else the far end, else the number", () => {
  assert.equal(contactName(fullContact(ada)), "Ada");
  const connections = [
    { id: "1", participant: { role: "agent", id: "ann" }, state: "connected" },
    { id: "2", participant: { role: "agent", id: "noor", name: "Noor" }, state: "alerting" },
  ] as const;
  assert.equal(contactName(fullContact({ ...bob, calls: [{ id: "x", connections }] })), "Noor");
  assert.equal(contactName(fullContact({ ...bob, calls: [{ id: "x", ani: "+442" }] })), "+442");
  assert.equal(numberOf(fullContact({ ...bob, calls: [{ id: "x", dialled: "+443" }] })), "+443");
  const calling = { ...bob, direction: "outbound", calls: [{ id: "x", ani: "2001", dialled: "+443" }] } as const;
  assert.equal(numberOf(fullContact(calling)), "+443");
  const own = { id: "1", participant: { role: "agent", id: "ann", number: "2001" }, state: "initiated" } as const;
  const colleague = { ...bob, direction: "internal", calls: [{ id: "x", ani: "2001", dialled: "2002", connections: [own] }] } as const;
  assert.equal(contactName(fullContact(colleague)), "2002");
  assert.equal(contactName(fullContact(bob)), TEXTS.unknownCaller);
});

test("attached data of all calls and of the contact stand together, empty values left out", () => {
  const contact = fullContact({
    ...bob,
    calls: [{ id: "x", data: { peripheral: { PerVar1: "p" }, named: { order: "1" }} }, { id: "y", data: { named: { order: "2" } } }],
    variables: { mood: "calm", gone: "" },
  });
  assert.deepEqual(attached(contact), [["PerVar1", "p"], ["order", "2"], ["mood", "calm"]]);
});

test("the state of a link that is up goes before one of a link that is down", () => {
  const both: View = {
    subject: "agent/ann",
    links: { old: { up: false }, sim: { up: true } },
    states: { "old/voice": { link: "old", state: "ready" }, "sim/voice": { link: "sim" } },
  };
  assert.deepEqual(statesOf(both).map((state) => [state.link, state.state]), [["sim", "null"], ["old", "ready"]]);
});

test("one state of each medium is the agent's to change, voice first; what other links say is left", () => {
  const all: View = {
    subject: "agent/ann",
    links: { old: { up: false }, sim: { up: true } },
    states: {
      "old/voice": { link: "old", state: "ready" },
      "sim/task": { link: "sim", medium: "task" },
      "sim/voice": { link: "sim", state: "busy" },
      "old/chat": { link: "old", medium: "chat", state: "ready" },
    },
  };
  const { own, rest } = byMedium(statesOf(all));
  assert.deepEqual(own.map(({ link, medium }) => `${link}/${medium}`), ["sim/voice", "old/chat", "sim/task"]);
  assert.deepEqual(rest.map(({ link, medium }) => `${link}/${medium}`), ["old/voice"]);
});

test("what a list has on somebody stands with what is attached, and somebody to be called does not ring", () => {
  const entry: Contact = {
    ...bob,
    phase: "offered",
    list_record: { id: "1", fields: { offer: "Winter pass", last: "May" } },
    calls: [{ id: "x", kind: "reservation", data: { peripheral: { offer: "Cabin" } } }],
  };
  assert.deepEqual(attached(fullContact(entry)), [["offer", "Cabin"], ["last", "May"]]);
  assert.equal(isToBeCalled(fullContact(entry)), true);
  assert.equal(isToBeCalled(fullContact(ada)), false);
  assert.deepEqual(announcements(undefined, view({ ...entry, customer: { role: "customer", name: "Uma" } })), [
    { text: `${TEXTS.toCall}: Uma`, urgent: true },
  ]);
});

test("the state of another medium is announced with its name", () => {
  const of = (chat: "null" | "ready"): View => ({
    subject: "agent/ann",
    states: { "sim/voice": { link: "sim", state: "ready" }, "sim/chat": { link: "sim", medium: "chat", state: chat } },
  });
  assert.deepEqual(announcements(of("null"), of("ready")), [{ text: "Chat: Ready", urgent: false }]);
});

test("a contact that rings is announced once, and at once", () => {
  const first = announcements(undefined, view(ada));
  assert.deepEqual(first, [{ text: TEXTS.ringing("Ada"), urgent: true }]);
  assert.deepEqual(announcements(view(ada), view({ ...ada, notes: "x" })), []);
  assert.deepEqual(ringing(view(bob)), []);
});

test("how a contact ended and a new state are announced when there is a pause", () => {
  const before: View = { ...view(ada), states: { "sim/voice": { link: "sim", state: "busy" } } };
  const after: View = { ...view(), recent: [{ ...ada, phase: "closed", ended_by: "missed" }], states: { "sim/voice": { link: "sim", state: "not_ready" } } };
  assert.deepEqual(announcements(before, after), [
    { text: "Ada: Missed", urgent: false },
    { text: "State: Not ready", urgent: false },
  ]);
});

test("a refusal that the table lacks is told in the server's words", () => {
  assert.equal(refusalText("wrong-state"), "Not possible at this moment.");
  assert.equal(refusalText("of-tomorrow", "The moon is wrong."), "The moon is wrong.");
  assert.equal(refusalText("of-tomorrow"), "of-tomorrow");
});
