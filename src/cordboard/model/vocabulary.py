"""Words that links write and sessions map: why something happened, how a call began, what a counter counts.

A link uses these where its vendor means the same, and the vendor's own word where none fits: words outside the tables are
kept and shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

CAUSES: Mapping[str, str] = {
    "abandoned": "The caller gave up waiting.",
    "agent-left": "The agent whose call was supervised left it.",
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
    "parked": "The agent put the call aside, to be free for others.",
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
    "agents-busy": "Agents in a contact, rung for one, or set aside for one.",
    "agents-busy-other": "Of the queue's agents, those whom another queue keeps busy (Connects AgentsBusyOther).",
    "agents-logged-on": "Agents logged on (Finesse agentsLoggedOn, Five9 agentsLoggedIn).",
    "agents-not-ready": "Agents who take no work (Connects AgentsNotReady, Five9 agentsNotReadyForCalls).",
    "agents-ready": "Agents who wait for work (Connects AgentsReady, Five9 agentsInQueue).",
    "agents-ringing": "Agents to whom a contact is being offered.",
    "agents-talking-inbound": "Agents with someone who came to them (Connects AgentsTalkingInbound).",
    "agents-talking-internal": "Agents with a colleague only (Connects AgentsTalkingInternal).",
    "agents-talking-outbound": "Agents with someone whom they called (Connects AgentsTalkingOutbound).",
    "agents-wrap-up": "Agents in after-call work.",
    "agents-wrap-up-not-ready": "Of those in after-call work, who will then take no work (Connects AgentsWrapupNotReady).",
    "agents-wrap-up-ready": "Of those in after-call work, who will then wait for work (Connects AgentsWrapupReady).",
    "average-handle-time": "Talk and after-call work of a contact, on average today (Five9 averages).",
    "average-speed-of-answer": "How long those answered today had waited, on average.",
    "average-talk-time": "From the answer of a contact to its end or its after-call work, on average today (Five9 averages).",
    "average-wrap-up-time": "After-call work of a contact, on average today (Five9 averages).",
    "callbacks-waiting": "Callbacks that wait in the queue (Five9 callbacksInQueue).",
    "calls-waiting": "Contacts that wait in the queue (Connects CallsInQueue, Five9 callsInQueue).",
    "contacts-abandoned": "Contacts whose customer gave up before an agent answered, today.",
    "contacts-answered": "Contacts of the queue that an agent answered, today.",
    "contacts-answered-in-time": "Of those answered today, the ones within the time that the queue promises.",
    "contacts-diverted": "Contacts that left the queue in another way than by an answer or given up, today.",
    "contacts-handled": "Contacts that an agent talked in and has closed, today.",
    "contacts-missed": "Offers that an agent let ring or declined, today.",
    "contacts-offered": "Contacts that came to the queue, today.",
    "contacts-timed-out": "Contacts that waited longer than the queue lets anyone, today.",
    "longest-wait": "The longest that anyone has waited today who waits no more (Five9 longestQueueTime).",
    "longest-waiting-since": "Since when the oldest of them waits; 0 if none does (Connects StartTimeOfLongestCallInQueue).",
    "service-level": "Of all that were answered, timed out or given up after the promised time today, how many were answered in time; 100 of none.",
}
"""Names of gauges of queues, teams and agents. Today begins at the contact centre's midnight."""

GAUGE_UNITS: Mapping[str, str] = {
    "agents": "How many agents.",
    "contacts": "How many contacts.",
    "millis": "A duration in milliseconds.",
    "moment": "Milliseconds since 1970, 0 for none.",
    "percent": "0 to 100.",
}
"""What the numbers are."""


def gauge_unit(name: str) -> str:
    """The unit of a gauge, one of `GAUGE_UNITS`; of a name that is not ours: empty."""
    if name not in GAUGES:
        return ""
    if name == "longest-waiting-since":
        return "moment"
    if name == "service-level":
        return "percent"
    if name.startswith("agents-"):
        return "agents"
    return "millis" if name.startswith(("average-", "longest-")) else "contacts"
