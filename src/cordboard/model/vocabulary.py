"""Words that links write and sessions map: why something happened, how a call began, what a counter counts.

A link uses these where its vendor means the same, and the vendor's own word where none fits: words outside the tables are
kept and shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

CAUSES: Mapping[str, str] = {
    "abandoned": "The caller gave up waiting.",
    "alternate": "The agent went from one call to the other.",
    "busy": "The called party is busy.",
    "conferenced": "The call was joined with another.",
    "congestion": "The network or the contact centre had no way through.",
    "connection-lost": "The agent's own connection to the contact centre was lost.",
    "consultation": "The agent went to consult someone else about it.",
    "deflected": "An alerting call was sent elsewhere.",
    "device-failed": "The agent's device failed.",
    "dropped-on-purpose": "A fault was injected into the simulator's link.",
    "fax": "A fax machine answered.",
    "holder-left": "Who held the party left the call.",
    "hub-restarted": "The hub came up again after a crash.",
    "hub-stopped": "The hub was stopped in an orderly way.",
    "invalid-number": "The number does not exist or cannot be dialled.",
    "line-engaged": "The agent's own line was engaged.",
    "machine": "An answering machine answered.",
    "max-wait": "The queue lets nobody wait that long.",
    "no-answer": "Nobody answered in time.",
    "normal": "Somebody hung up, as one does.",
    "other-call-answered": "The agent took another call meanwhile.",
    "reconnected": "The agent came back from a consultation.",
    "redirected": "The network or the contact centre sent the call elsewhere.",
    "rejected": "The called party declined.",
    "reserved": "A campaign holds the agent for a call that is to come.",
    "returned": "The call came back to the queue, since an agent did not take it.",
    "routed": "The queue found an agent.",
    "service-lost": "A part of the contact centre failed.",
    "store-failed": "The log could not be written for a while.",
    "supervisor": "A supervisor did it.",
    "system": "The contact centre did it by a rule of its own.",
    "timer": "A time limit was reached.",
    "transferred": "The call was transferred.",
    "unavailable": "The target cannot take calls now.",
    "unknown": "The contact centre gave no reason.",
}
"""Words of `cause` in events and connections, and of `fault` in agent states."""

INITIATIONS: Mapping[str, str] = {
    "api": "A program made it.",
    "callback": "A call back that the customer asked for.",
    "campaign": "A campaign dialled it.",
    "consult": "An agent asked another about a contact.",
    "dialled": "The agent dialled it.",
    "direct": "It came to the agent without a queue.",
    "monitor": "A supervisor listens in.",
    "preview": "A campaign shows it before it is dialled.",
    "queue_transfer": "It was transferred to a queue.",
    "routed": "It came through a queue.",
    "transfer": "It was transferred to the agent.",
}
"""Words of `Call.initiation`."""

GAUGES: Mapping[str, str] = {
    "agents-busy": "Agents in a contact.",
    "agents-logged-on": "Agents logged on.",
    "agents-not-ready": "Agents who take no work.",
    "agents-ready": "Agents who wait for work.",
    "agents-wrap-up": "Agents in after-call work.",
    "calls-waiting": "Contacts that wait in the queue.",
    "longest-waiting-since": "Since when the oldest of them waits, in Millis; 0 if none does.",
}
"""Names of gauges of queues and teams."""
