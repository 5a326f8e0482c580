"""The static side of a simulated contact centre: who works there, which queues it has, who calls it.

A centre is data, usually a TOML file. `centre()` turns the parsed mapping into checked structs; whatever is wrong
with it is a `CentreError` that names the field. Nothing here changes while the switch runs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from cordboard.protocols.simulator.curves import Curve, Duration, wrong
from cordboard.protocols.simulator.habits import Habits, Shift

Routing = Literal["longest_idle", "priority", "skill"]
Behaviour = Literal["answer", "busy", "no_answer", "invalid"]
Medium = Literal["voice", "chat", "task"]
ReasonUse = Literal["not_ready", "wrap_up", "logout"]
Role = Literal["agent", "supervisor"]


class CentreError(ValueError):
    """The centre's description is wrong; `field` says where, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a centre share: frozen, and a misspelt field is an error."""


class AgentPlan(_Part, frozen=True, kw_only=True):
    """One agent. `queues` maps each queue served to the agent's rank in it (1 is asked first). `capacity` says how many contacts of
    each medium at once; without a number for a medium the agent does not have it. A supervisor `supervises` these teams; their own,
    if none is named. Who is `self_acting` is there in their `shift`, or always.
    """

    id: str
    login: str
    name: str
    extension: str
    station: str = ""
    team: str = ""
    roles: tuple[Role, ...] = ("agent",)
    supervises: tuple[str, ...] = ()
    skills: dict[str, int] = {}
    queues: dict[str, int] = {}
    capacity: dict[Medium, int] = msgspec.field(default_factory=lambda: {"voice": 1})
    self_acting: bool = False
    shift: Shift | None = None

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams that the agent supervises."""
        if "supervisor" not in self.roles:
            return ()
        return self.supervises or ((self.team,) if self.team else ())


class QueuePlan(_Part, frozen=True, kw_only=True):
    """One queue. Seconds of 0 mean "no limit" for `max_wait` and `wrap_up_seconds`. `answer_within` is what the queue promises
    its callers: its service level counts by it. `arrivals_per_hour` follows the `curve`, if it has one. `talk` is how long its
    contacts take (as its customers' moods are, if it does not say), `after_call` how long agents who act by themselves then work.
    """

    id: str
    name: str
    number: str
    medium: Medium = "voice"
    routing: Routing = "longest_idle"
    skill: str | None = None
    priority: int = 0
    no_answer: int = 15
    max_wait: int = 0
    answer_within: int = 20
    wrap_up: bool = True
    wrap_up_seconds: int = 0
    arrivals_per_hour: float = 0.0
    curve: str = ""
    talk: Duration | None = None
    after_call: Duration | None = None


class Mood(_Part, frozen=True, kw_only=True):
    """How a customer behaves: seconds they wait, seconds they talk, and how likely they pick up."""

    patience: Duration = 120
    talk: Duration = 90
    answers: float = 0.85


class Customer(_Part, frozen=True, kw_only=True):
    """Someone who calls, or is called. `data` is attached to each of their calls."""

    number: str
    name: str
    mood: str = ""
    data: dict[str, str] = {}


class Number(_Part, frozen=True, kw_only=True):
    """A number outside the centre that behaves by itself; `after` is how long it rings before it answers."""

    number: str
    name: str = ""
    behaviour: Behaviour = "answer"
    after: int = 3


class Reason(_Part, frozen=True, kw_only=True):
    """Why an agent is not ready or logs off, or what a call was about (`use` says which)."""

    code: str
    label: str
    use: ReasonUse = "not_ready"
    productive: bool = False
    limit: int = 0


class Disposition(_Part, frozen=True, kw_only=True):
    """The outcome of a contact, chosen in wrap-up."""

    code: str
    label: str


class Answer(_Part, frozen=True, kw_only=True):
    """What an assistant might suggest."""

    title: str
    text: str = ""
    url: str = ""
    source: str = ""
    confidence: float = 0.9
    snippets: tuple[str, ...] = ()


class Line(_Part, frozen=True, kw_only=True):
    """Something said in a dialogue, `after` so many seconds of silence; `confidence`: how well a recogniser hears it."""

    who: Literal["customer", "agent"] = "customer"
    text: str
    confidence: float = 0.92
    after: float = 1.0
    suggest: tuple[Answer, ...] = ()


class Reply(_Part, frozen=True, kw_only=True):
    """What a customer answers in a chat when the agent's message has one of the words `to`. Given once."""

    to: tuple[str, ...]
    text: str
    suggest: tuple[Answer, ...] = ()


class Dialogue(_Part, frozen=True, kw_only=True):
    """A conversation. In a chat the agent's lines are what colleagues write who act by themselves."""

    id: str
    medium: Literal["voice", "chat"] = "voice"
    subject: str = ""
    lines: tuple[Line, ...]
    replies: tuple[Reply, ...] = ()


class ListEntry(_Part, frozen=True, kw_only=True):
    """Somebody on a campaign's list. `fields` are shown to the agent, and attached to the call."""

    number: str
    name: str = ""
    fields: dict[str, str] = {}


class CampaignPlan(_Part, frozen=True, kw_only=True):
    """A campaign: its list is dialled for the agents of a queue.

    `decide`: seconds in which an agent takes a preview. `attempts`: how often somebody is tried, `again`: after how many seconds.
    `lines`: how many are dialled for each free agent (predictive). `running`: from the beginning.
    """

    id: str
    name: str
    mode: Literal["preview", "progressive", "predictive"]
    queue: str
    list: str = ""
    decide: int = 30
    attempts: int = 3
    again: int = 600
    lines: float = 1.5
    running: bool = False
    entries: tuple[ListEntry, ...]


class Rules(_Part, frozen=True, kw_only=True):
    """What holds for the whole centre. Times are seconds except `dial_ms`; `utc_offset` is minutes, and says when its day begins.

    `auto_answer`: after how long a routed call is answered by itself, if it is. `transfer_when`: whether a consult can be handed
    on while it still rings. `pending`: whether a state can be chosen in a contact, and is then told. `after_call_work`: ended by
    completing the contact alone, or by the next state that is chosen, too. `monitoring_shown`: agents know of those who listen
    to them.
    """

    dial_ms: int = 500
    ring: int = 30
    tone: int = 4
    declined_rest: int = 30
    wrap_up: bool = True
    wrap_up_seconds: int = 0
    no_answer_reason: str = "no-answer"
    disposition_required: bool = False
    utc_offset: int = 0
    auto_answer: int | None = None
    transfer_when: Literal["reached", "answered"] = "reached"
    pending: Literal["told", "untold", "refused"] = "told"
    after_call_work: Literal["contact", "state"] = "contact"
    monitoring_shown: bool = False


class Centre(_Part, frozen=True, kw_only=True):
    """A whole contact centre, checked."""

    name: str
    agents: tuple[AgentPlan, ...]
    queues: tuple[QueuePlan, ...] = ()
    customers: tuple[Customer, ...] = ()
    moods: dict[str, Mood] = {}
    curves: dict[str, Curve] = {}
    numbers: tuple[Number, ...] = ()
    reasons: tuple[Reason, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    dialogues: tuple[Dialogue, ...] = ()
    campaigns: tuple[CampaignPlan, ...] = ()
    rules: Rules = Rules()
    habits: Habits = Habits()

    def reason(self, use: ReasonUse, code: str) -> Reason | None:
        """The reason with this code, if the centre has it for that use."""
        return next((r for r in self.reasons if r.use == use and r.code == code), None)

    def mood(self, customer: Customer | None) -> Mood:
        """The customer's mood; a stranger has the default one."""
        return self.moods.get(customer.mood, Mood()) if customer else Mood()


class Unknown(msgspec.Struct, frozen=True):
    """A destination that cannot be dialled at all."""

    text: str


Target = AgentPlan | QueuePlan | Customer | Number | Unknown


class Directory:
    """Finds what a dialled text means in one centre."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.agents = {a.id: a for a in centre.agents}
        self.queues = {q.id: q for q in centre.queues}
        self.customers = {normal(c.number): c for c in centre.customers}
        self.numbers = {normal(n.number): n for n in centre.numbers}
        self._numbers: dict[str, Target] = {**self.numbers, **self.customers}
        self._numbers |= {normal(a.extension): a for a in centre.agents}
        self._numbers |= {normal(q.number): q for q in centre.queues}

    def target(self, text: str) -> Target:
        """What `text` reaches: `agent:<id>`, `queue:<id>`, an extension, a queue's number or any other number.

        A plausible number that the centre does not list is answered after three seconds by no one in particular.
        """
        kind, colon, ident = text.partition(":")
        if colon and kind == "agent":
            return self.agents.get(ident) or Unknown(text)
        if colon and kind == "queue":
            return self.queues.get(ident) or Unknown(text)
        number = normal(text)
        if number in self._numbers:
            return self._numbers[number]
        return Number(number=number) if _PLAUSIBLE.fullmatch(number) else Unknown(text)


def normal(number: str) -> str:
    """A number without the spaces, dots, dashes and brackets that people write in it."""
    return _PUNCTUATION.sub("", number)


def loads(text: str) -> Centre:
    """The centre described by a TOML text."""
    try:
        return centre(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CentreError("(file)", f"not TOML: {error}") from error


def centre(described: Mapping[str, object]) -> Centre:
    """The centre described by a mapping, checked field by field and then for what refers to what."""
    try:
        made = msgspec.convert(dict(described), Centre)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise CentreError(path.strip("`.") or "(top)", message) from error
    _check(made)
    return made


_PUNCTUATION = re.compile(r"[\s.()/-]")
_PLAUSIBLE = re.compile(r"\+?[0-9]{3,15}")


def _check(made: Centre) -> None:
    _unique("agents", "id", (a.id for a in made.agents))
    _unique("agents", "login", (a.login for a in made.agents))
    _unique("queues", "id", (q.id for q in made.queues))
    _unique("dispositions", "code", (d.code for d in made.dispositions))
    _unique("dialogues", "id", (d.id for d in made.dialogues))
    _unique("campaigns", "id", (c.id for c in made.campaigns))
    _unique("reasons", "code", (f"{r.use} {r.code}" for r in made.reasons))
    _unique("customers", "number", (normal(c.number) for c in made.customers))
    inside = [(f"agents[{i}].extension", a.extension) for i, a in enumerate(made.agents)]
    inside += [(f"queues[{i}].number", q.number) for i, q in enumerate(made.queues)]
    inside += [(f"numbers[{i}].number", n.number) for i, n in enumerate(made.numbers)]
    inside += [(f"customers[{i}].number", c.number) for i, c in enumerate(made.customers)]
    taken: dict[str, str] = {}
    for field, number in inside:
        if not normal(number):
            raise CentreError(field, "is empty")
        if (other := taken.setdefault(normal(number), field)) != field:
            raise CentreError(field, f"{number} is already {other}")
    _check_references(made)


def _check_references(made: Centre) -> None:
    queues = {q.id for q in made.queues}
    known = {skill for a in made.agents for skill in a.skills}
    for i, agent in enumerate(made.agents):
        for queue in agent.queues:
            if queue not in queues:
                raise CentreError(f"agents[{i}].queues.{queue}", "no such queue")
        if agent.shift is not None and agent.shift.wrong:
            raise CentreError(f"agents[{i}].shift", "begins in the day and ends within 24 hours")
        for medium, number in agent.capacity.items():
            if number < 1 or (medium == "voice" and number > 1):
                raise CentreError(f"agents[{i}].capacity.{medium}", "at least 1, and 1 for voice")
    for i, queue_plan in enumerate(made.queues):
        if queue_plan.skill is not None and queue_plan.skill not in known:
            raise CentreError(f"queues[{i}].skill", f"no agent has the skill {queue_plan.skill}")
        if queue_plan.routing == "skill" and queue_plan.skill is None:
            raise CentreError(f"queues[{i}].skill", "routing by skill needs one")
        if queue_plan.curve and queue_plan.curve not in made.curves:
            raise CentreError(f"queues[{i}].curve", f"no such curve: {queue_plan.curve}")
        _check_durations(f"queues[{i}]", talk=queue_plan.talk, after_call=queue_plan.after_call)
        if queue_plan.no_answer <= 0:
            raise CentreError(f"queues[{i}].no_answer", "must be at least one second")
    for i, customer in enumerate(made.customers):
        if customer.mood and customer.mood not in made.moods:
            raise CentreError(f"customers[{i}].mood", f"no such mood: {customer.mood}")
    voice = {q.id for q in made.queues if q.medium == "voice"}
    for i, campaign in enumerate(made.campaigns):
        if campaign.queue not in voice:
            raise CentreError(f"campaigns[{i}].queue", f"no such queue for calls: {campaign.queue}")
        if campaign.decide <= 0 or campaign.attempts <= 0 or campaign.again < 0 or campaign.lines <= 0:
            raise CentreError(f"campaigns[{i}]", "decide, attempts and lines are positive")
    for i, dialogue in enumerate(made.dialogues):
        if not dialogue.lines:
            raise CentreError(f"dialogues[{i}].lines", "is empty")
        for j, line in enumerate(dialogue.lines):
            if not 0 <= line.confidence <= 1 or line.after < 0:
                raise CentreError(
                    f"dialogues[{i}].lines[{j}]", "confidence lies between 0 and 1, after is not negative"
                )
    for name, mood in made.moods.items():
        if not 0 <= mood.answers <= 1:
            raise CentreError(f"moods.{name}.answers", "must lie between 0 and 1")
        _check_durations(f"moods.{name}", talk=mood.talk, patience=mood.patience)
    for name, curve in made.curves.items():
        if not curve.factors or min(curve.factors) < 0:
            raise CentreError(f"curves.{name}.factors", "must be some, and none negative")
    if name := made.habits.wrong():
        raise CentreError(f"habits.{name}", "lies between 0 and 1, and is never negative")
    if made.rules.ring <= 0 or made.rules.tone <= 0 or made.rules.dial_ms < 0:
        raise CentreError("rules", "ring and tone must be positive, dial_ms not negative")
    if made.rules.auto_answer is not None and made.rules.auto_answer < 0:
        raise CentreError("rules.auto_answer", "must not be negative")


def _check_durations(where: str, **durations: Duration | None) -> None:
    for name, duration in durations.items():
        if duration is not None and (problem := wrong(duration)):
            raise CentreError(f"{where}.{name}", problem)


def _unique(where: str, field: str, values: Iterable[str]) -> None:
    seen: dict[str, int] = {}
    for i, value in enumerate(values):
        if not value:
            raise CentreError(f"{where}[{i}].{field}", "is empty")
        if (first := seen.setdefault(value, i)) != i:
            raise CentreError(f"{where}[{i}].{field}", f"{value} is already used by {where}[{first}]")
