// The telephone of the CRM, over Cordboard's own client. This file is what an integrator writes.

import { openCrm } from "../crm.js";

const { connect, Refusal } = window.Cordboard;

// Your back end mints the token with its API key (POST /v1/tokens). The demo gives one to whoever is on this machine.
async function token() {
  const answer = await fetch("/v1/demo", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  if (!answer.ok) throw new Refusal("not-authenticated", answer.status, "sign in");
  return (await answer.json()).token;
}

// All tabs of the CRM share this connection. It comes back by itself, and goes on where it stopped.
const hub = connect({ token, name: "Northquay CRM" });
const line = document.getElementById("line");
hub.on("status", ({ state }) => (line.textContent = state === "online" ? "" : "Telephone: connecting…"));
const agent = hub.me();

// --- click to dial -------------------------------------------------------------------------------------------------------

const crm = await openCrm({
  async dial(number, customer) {
    const outcome = await (await agent).dial(number, { kind: "customer", id: customer.id, name: customer.name });
    line.textContent = outcome.outcome === "refused" ? `Not dialled: ${outcome.message || outcome.code}` : "";
  },
});
const me = await agent;

// --- screen pop: in one tab only, the one that was used last -----------------------------------------------------------

const pop = me.claim("crm-pop");
addEventListener("focus", () => pop.mine || pop.take());

me.on("entry", ({ event }) => {
  if (event.type !== "Delivered" || !pop.mine) return;
  const contact = me.view.contacts?.[event.contact];
  const customer = contact && crm.byNumber(numberOf(contact));
  if (customer !== undefined && contact.phase !== "active") crm.open(customer);
});

// --- call log: one tab writes it, and it writes what was closed while nobody did ------------------------------------------

const log = me.claim("crm-log", ({ mine }) => mine && logClosed());
me.on("change", ({ before, view }) => log.mine && before?.recent !== view.recent && logClosed());

function logClosed() {
  for (const contact of me.view.recent ?? []) {
    const customer = crm.byNumber(numberOf(contact));
    if (customer === undefined) continue;
    crm.log({
      id: contact.id,
      customer: customer.id,
      direction: contact.direction ?? "inbound",
      how: contact.ended_by ?? "",
      at: contact.created?.ours ?? 0,
    });
  }
}

function numberOf(contact) {
  const call = contact.calls?.[0];
  return contact.customer?.number || call?.ani || call?.dialled || "";
}
