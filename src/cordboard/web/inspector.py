"""The inspector's doors: contacts live and past, the way of one of them, and that way without what is personal.

All need the scope ``inspect``, and show only what the asker's other scopes let them see. They are asked again and again: what is
given as `after` is the mark of the last answer, and if nothing has happened since, the answer says only that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from cordboard.contract import Route, parse_position, position
from cordboard.hub.access import may_see
from cordboard.hub.hub import Hub
from cordboard.kit.redaction import Aliases, redacted
from cordboard.model.errors import CallerError
from cordboard.model.ids import ContactId, Subject, is_subject
from cordboard.web.answers import json_answer
from cordboard.web.contacts import Contacts, Filter, entries, line
from cordboard.web.doors import Door, Visit
from cordboard.web.tracing import Sees, in_order, told_steps, way
from cordboard.web.ways import Lines, Oddities, Same, Steps, Way

SCOPE = "inspect"
USUAL, MOST = 100, 1000
"""Contacts or entries in one answer."""

_SHAPE = frozenset(
    {
        "type",
        "service",
        "outcome",
        "kind",
        "phase",
        "state",
        "role",
        "medium",
        "direction",
        "ended_by",
        "protocol",
    }
)
"""Fields whose words are ours; a personal text that happens to be one of them is no reason to change it there."""


def inspector_doors(hub: Hub) -> Iterable[Door]:
    """The doors, as data and what serves them."""
    known = Contacts(hub)

    async def contacts(visit: Visit) -> web.StreamResponse:
        query = visit.request.query
        if (same := _same(hub, query)) is not None:
            return json_answer(same)
        state = query.get("state", "")
        if state not in {"", "live", "past"}:
            raise CallerError("bad-field", "state is live or past", {"field": "state"})
        wanted = Filter(agent=query.get("agent", ""), text=query.get("text", "")[:200], state=state)
        mark = _mark(hub)
        latest, more = await known.found(visit.identity, wanted, _limit(query))
        lines = tuple(line(hub, subject, contact) for subject, contact in latest)
        return json_answer(Lines(mark=mark, now=hub.clock.now(), contacts=lines, more=more))

    async def contact(visit: Visit) -> web.StreamResponse:
        subject = _subject(hub, visit, f"{visit.params['kind']}/{visit.params['id']}")
        if (same := _same(hub, visit.request.query)) is not None:
            return json_answer(same)
        return json_answer(await _way(known, visit, subject))

    async def download(visit: Visit) -> web.StreamResponse:
        subject = _subject(hub, visit, f"{visit.params['kind']}/{visit.params['id']}")
        went = await _way(known, visit, subject)
        name = re.sub(r"[^A-Za-z0-9._-]", "_", visit.params["contact"])[:80]
        disposition = {"Content-Disposition": f'attachment; filename="contact-{name}.json"'}
        return json_answer(without_personal(went), headers=disposition)

    async def log(visit: Visit) -> web.StreamResponse:
        query = visit.request.query
        subject = _subject(hub, visit, query.get("subject", ""))
        state = hub.states[subject]
        limit = _limit(query)
        after = max(0, state.seq - limit)
        if query.get("after"):
            parsed = parse_position(query["after"])
            if parsed is None:
                raise CallerError("bad-position", "give positions back as received", {"field": "after"})
            epoch, seq = parsed
            after = seq if epoch == hub.epoch else after
        told = (await entries(hub, subject, after, state.seq))[:limit]
        last = told[-1].seq if told else max(after, 0)
        answer = Steps(
            now=hub.clock.now(),
            subject=subject,
            steps=tuple(in_order(told_steps(told, hub.recorder.look(), _sees(hub, visit)))),
            position=position(hub.epoch, last),
            more=last < state.seq,
            recorded=hub.recorder.limit,
        )
        return json_answer(answer)

    async def unrecognised(visit: Visit) -> web.StreamResponse:
        sees = _sees(hub, visit)
        odd = [entry for entry in hub.recorder.odd if sees(entry.subject)]
        steps = in_order(told_steps(odd, hub.recorder.look(), sees))
        answer = Oddities(now=hub.clock.now(), steps=tuple(reversed(steps)), recorded=hub.recorder.limit)
        return json_answer(answer)

    one = "/v1/inspect/contacts/{kind}/{id}/{contact}"
    yield Door(route=_route("/v1/inspect/contacts", "inspect contacts"), serve=contacts)
    yield Door(route=_route(one, "inspect contact"), serve=contact)
    yield Door(route=_route(f"{one}/download", "inspect download"), serve=download)
    yield Door(route=_route("/v1/inspect/entries", "inspect entries"), serve=log)
    yield Door(route=_route("/v1/inspect/unrecognised", "inspect unrecognised"), serve=unrecognised)


def without_personal(went: Way) -> Mapping[str, Any]:
    """The way as plain values, in which every personal text has an alias: in its fields, and wherever else it stands.

    Of a frame only its shape is left: which texts a vendor sends nobody can know. A text of it that the entries tell, too, and
    that is not personal there, is kept, so that one sees what became what.
    """
    aliases = Aliases()
    plain: dict[str, Any] = msgspec.to_builtins(redacted(went, aliases))
    frames = [step["frame"] for step in plain["steps"] if step["frame"] is not None]
    texts = [frame.pop("text") for frame in frames]
    swept: dict[str, Any] = _swept(plain, aliases)
    known = set(_texts(swept))
    for frame, text in zip(
        (step["frame"] for step in swept["steps"] if step["frame"] is not None), texts, strict=True
    ):
        frame["text"] = _shape(text, known, aliases)
    return swept


def _swept(value: Any, aliases: Aliases, field: str = "") -> Any:  # noqa: ANN401 - JSON
    match value:
        case dict():
            return {key: _swept(item, aliases, key) for key, item in value.items()}
        case list() | tuple():
            return [_swept(item, aliases, field) for item in value]
        case str() if field not in _SHAPE:
            return aliases.swept(value)
        case _:
            return value


def _texts(value: Any) -> Iterable[str]:  # noqa: ANN401 - JSON
    match value:
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case str():
            yield value
        case _:
            pass


def _shape(text: str, known: set[str], aliases: Aliases) -> str:
    """A frame's JSON with aliases for all texts and numbers that are not known; nothing of a frame that is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return ""

    def hidden(item: Any) -> Any:  # noqa: ANN401 - JSON
        match item:
            case dict():
                return {
                    (key if len(key) <= _KEY else aliases(key)): hidden(each) for key, each in item.items()
                }
            case list():
                return [hidden(each) for each in item]
            case bool() | None:
                return item
            case int() | float():
                return item if abs(item) < _COUNT else aliases(str(item))
            case _:
                return item if not item or item in known else aliases(item)

    return json.dumps(hidden(value))


_KEY = 40
_COUNT = 10_000
"""Numbers of a frame below this count or tell a state; others may be somebody's, or a time."""


async def _way(contacts: Contacts, visit: Visit, subject: Subject) -> Way:
    mark = _mark(contacts.hub)
    contact = await contacts.get(subject, ContactId(visit.params["contact"]))
    if contact is None:
        raise CallerError("not-found", f"nothing is known of this contact of {subject}", {"field": "contact"})
    return await way(contacts, visit.identity, subject, contact, mark)


def _subject(hub: Hub, visit: Visit, name: str) -> Subject:
    if not is_subject(name):
        raise CallerError("bad-subject", f"{name[:150]!r} is no subject", {"field": "subject"})
    subject = Subject(name)
    if not may_see(visit.identity, subject, hub.states):
        raise CallerError("not-allowed", f"your scopes do not cover {subject}")
    if subject not in hub.states:
        raise CallerError("not-found", f"nothing is known of {subject}", {"field": "subject"})
    return subject


def _sees(hub: Hub, visit: Visit) -> Sees:
    return partial(may_see, visit.identity, states=hub.states)


def _mark(hub: Hub) -> str:
    """Another one whenever there may be something new to see."""
    return f"{hub.epoch}.{hub.metrics.entries}.{hub.recorder.outcomes}"


def _same(hub: Hub, query: Mapping[str, str]) -> Same | None:
    mark = _mark(hub)
    return Same(mark=mark, now=hub.clock.now()) if query.get("after") == mark else None


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise CallerError("bad-field", f"limit is a number from 1 to {MOST}", {"field": "limit"})
    return int(text)


def _route(path: str, name: str) -> Route:
    return Route(kind="http", path=path, name=name, scope=SCOPE, limit=0)
