// The telephone of the CRM, over Amazon Connect Streams. It is written as it would be for Amazon's own contact centre; but for
// `ccpUrl` nothing in it is Cordboard's.

import { openCrm } from "../crm.js";

const { connect } = window;
const line = document.getElementById("line");
const dock = document.createElement("div");
dock.style.height = "465px";
document.getElementById("dock").append(dock);

connect.core.initCCP(dock, {
  ccpUrl: new URL("/streams/ccp-v2/", location.href).href,
  loginPopup: false, // the demo signs in by itself; leave it out where people have to
  softphone: { allowFramedSoftphone: true },
  storageAccess: { canRequest: false },
});

// --- click to dial -------------------------------------------------------------------------------------------------------

let agent;
connect.agent((found) => (agent = found));

const crm = await openCrm({
  dial(number) {
    agent?.connect(connect.Endpoint.byPhoneNumber(number.replace(/[^\d+]/g, "")), {
      success: () => (line.textContent = ""),
      failure: (error) => (line.textContent = `Not dialled: ${error}`),
    });
  },
});

// --- screen pop and call log: every tab hears of every contact -----------------------------------------------------------

connect.contact((contact) => {
  // Kept while the contact is there: when it is gone, so is what is known of it.
  const connection = contact.getInitialConnection();
  const customer = crm.byNumber(connection.getEndpoint().phoneNumber);
  const direction = contact.isInbound() ? "inbound" : "outbound";
  const at = Date.now();
  let how = "missed";
  if (customer === undefined) return;

  contact.onConnecting(() => document.visibilityState === "visible" && crm.open(customer));
  contact.onConnected(() => (how = "completed"));
  // The contact's id is the key, so that many tabs write one entry.
  contact.onDestroy(() => crm.log({ id: contact.getContactId(), customer: customer.id, direction, how, at }));
});
