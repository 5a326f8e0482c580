// A CRM: customers, a page for each, notes, a call log. It knows nothing of telephones; whoever connects one uses what
// `openCrm` returns. What is written stays in this browser, where all tabs see it.

const NOTES = "crm.notes.";
const CALLS = "crm.call.";

/** Shows the CRM. `dial(number, customer)` is called when somebody clicks a number. */
export async function openCrm({ dial }) {
  const customers = await (await fetch(new URL("customers.json", import.meta.url))).json();
  const list = document.querySelector("nav ul");
  const main = document.querySelector("main");

  for (const customer of customers) {
    const link = element("a", { href: `#${customer.id}` }, customer.name, element("small", {}, customer.phone));
    list.append(element("li", {}, link));
  }

  function show() {
    const id = decodeURIComponent(location.hash.slice(1));
    const customer = customers.find((item) => item.id === id);
    for (const link of list.querySelectorAll("a")) link.ariaCurrent = customer !== undefined && link.hash === `#${id}` ? "page" : null;
    main.replaceChildren(...(customer ? page(customer) : [element("p", {}, "Choose a customer, or wait until one calls.")]));
  }

  function page(customer) {
    const notes = element("textarea", { id: "notes" });
    notes.value = localStorage.getItem(NOTES + customer.id) ?? "";
    notes.addEventListener("input", () => localStorage.setItem(NOTES + customer.id, notes.value));
    const phone = element("button", { type: "button", title: "Call" }, customer.phone);
    phone.addEventListener("click", () => dial(customer.phone, customer));
    const fields = [["Number", phone], ["Customer", customer.id], ["Tier", customer.tier], ["Home port", customer.port]];
    return [
      element("h2", {}, customer.name),
      element("dl", {}, ...fields.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
      element("h3", {}, element("label", { for: "notes" }, "Notes")),
      notes,
      element("h3", {}, "Calls"),
      callTable(calls().filter((call) => call.customer === customer.id)),
    ];
  }

  addEventListener("hashchange", show);
  addEventListener("storage", (change) => change.key?.startsWith(CALLS) && show());
  show();

  return {
    /** The customer with this number, however it is written. */
    byNumber: (number) => customers.find((customer) => digits(customer.phone) === digits(number)),

    /** Opens a customer's page. */
    open(customer) {
      location.hash = customer.id;
    },

    /** Writes a call into the log: `{ id, customer, direction, how, at }`. The same `id` again changes nothing. */
    log(call) {
      if (localStorage.getItem(CALLS + call.id) !== null) return false;
      localStorage.setItem(CALLS + call.id, JSON.stringify(call));
      show();
      return true;
    },

    calls,
  };
}

function calls() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(CALLS));
  return keys.map((key) => JSON.parse(localStorage.getItem(key))).sort((one, other) => other.at - one.at);
}

function callTable(found) {
  if (found.length === 0) return element("p", {}, "None yet.");
  const head = element("tr", {}, ...["When", "Direction", "How it ended"].map((text) => element("th", { scope: "col" }, text)));
  const rows = found.map(({ at, direction, how }) =>
    element("tr", {}, ...[new Date(at).toLocaleString(), direction, how].map((text) => element("td", {}, text))),
  );
  return element("table", { id: "calls" }, head, ...rows);
}

function digits(number) {
  return (number ?? "").replace(/\D/g, "");
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
