// Documents as they come from the hub have Millis; the library calls getTime() on what it finds in their places.

import type { Connection, Contact, AgentDocument, Moment, State } from "./wire";

/** The document as the library takes it. `skew`: the hub's time less the page's. */
export function dated(document: AgentDocument, now: number, skew: number): object {
  const { snapshot } = document;
  const state = datedState(snapshot.state);
  const chosen = snapshot.agentAvailabilityState;
  return {
    configuration: document.configuration,
    snapshot: {
      ...snapshot,
      state,
      status: state,
      nextState: snapshot.nextState === null ? null : datedState(snapshot.nextState),
      agentAvailabilityState: { ...chosen, timeStamp: new Date(chosen.timeStamp) },
      contacts: snapshot.contacts.map(datedContact),
      snapshotTimestamp: new Date(snapshot.snapshotTimestamp),
      localTimestamp: now,
      skew,
    },
  };
}

function datedState(state: State): object {
  return { ...state, startTimestamp: new Date(state.startTimestamp) };
}

function datedContact(contact: Contact): object {
  const state = moment(contact.state);
  return {
    ...contact,
    state,
    status: state,
    queueTimestamp: contact.queueTimestamp === null ? null : new Date(contact.queueTimestamp),
    connections: contact.connections.map(datedConnection),
  };
}

function datedConnection(connection: Connection): object {
  const state = moment(connection.state);
  return { ...connection, state, status: state };
}

function moment(state: Moment): object {
  return { ...state, timestamp: new Date(state.timestamp) };
}
