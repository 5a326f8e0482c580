"""The suites notice: each bends the native protocol in one way, and a check of a suite has to fail for it, saying what to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest
from msgspec.structs import replace

from cordboard import contract as k
from cordboard.model.events import Held, LinkUp, Unrecognised
from cordboard.model.log import Entry
from cordboard.model.state import SubjectState
from cordboard.protocols import native
from tests.native.test_conformance import TestNativeLink as Link, TestNativeSession as Session

Bend = Callable[[str, tuple[Any, ...], Iterator[Any]], Iterator[Any]]
"""Given the method's name, its arguments and its effects: the effects as the defect has them."""


class Bent:
    """A link or session of which every method's effects go through the bend."""

    def __init__(self, inner: object, bend: Bend) -> None:
        self._inner = inner
        self._bend = bend

    def __getattr__(self, name: str) -> Callable[..., Iterator[Any]]:
        method = getattr(self._inner, name)
        return lambda *given: self._bend(name, given, method(*given))


class BentProtocol:
    """The native protocol with one end bent."""

    name = native.protocol.name
    routes = native.protocol.routes
    services = native.protocol.services
    ignores = native.protocol.ignores

    def __init__(self, *, link: Bend | None = None, session: Bend | None = None) -> None:
        self._link = link
        self._session = session

    def key(self, called: k.Called) -> str | None:
        return native.protocol.key(called)

    def link(self, settings: Mapping[str, Any], scope: k.Scope, ids: k.Ids) -> k.Link:
        made = native.protocol.link(settings, scope, ids)
        return cast("k.Link", Bent(made, self._link)) if self._link is not None else made

    def session(self, identity: k.Identity | None, ids: k.Ids) -> k.Session:
        made = native.protocol.session(identity, ids)
        return cast("k.Session", Bent(made, self._session)) if self._session is not None else made

    def render(self, entry: Entry, before: SubjectState, after: SubjectState) -> bytes | None:
        return native.protocol.render(entry, before, after)


def dropped(unwanted: Callable[[Any], bool]) -> Bend:
    return lambda _name, _given, effects: (effect for effect in effects if not unwanted(effect))


def changed(how: Callable[[Any], Any]) -> Bend:
    return lambda _name, _given, effects: (how(effect) for effect in effects)


def twice(kind: type) -> Bend:
    return lambda _name, _given, effects: (
        item for effect in effects for item in ((effect, effect) if isinstance(effect, kind) else (effect,))
    )


def emits(kind: type) -> Callable[[Any], bool]:
    return lambda effect: isinstance(effect, k.Emit) and isinstance(effect.event, kind)


def raises_on_garbage(_name: str, given: tuple[Any, ...], effects: Iterator[Any]) -> Iterator[Any]:
    if given and isinstance(given[0], k.Received) and given[0].data == "7":
        raise ValueError("seven")
    yield from effects


def reads_the_clock(_name: str, _given: tuple[Any, ...], effects: Iterator[Any]) -> Iterator[Any]:
    time.time()
    yield from effects


def another_link(effect: Any) -> Any:  # noqa: ANN401 - an effect
    return replace(effect, event=replace(effect.event, link="x")) if isinstance(effect, k.Emit) else effect


def never_down(name: str, given: tuple[Any, ...], effects: Iterator[Any]) -> Iterator[Any]:
    if name == "receive" and isinstance(given[0], k.Closed | k.Woke):
        return
    yield from effects


LINKS: Mapping[str, tuple[Bend, str, str]] = {
    "lost event": (dropped(emits(Held)), "test_every_service_is_done", "is not shown as it is"),
    "before LinkUp": (dropped(emits(LinkUp)), "test_the_link_comes_up_and_tells_who_is_there", "not up"),
    "settled twice": (twice(k.Settle), "test_every_service_is_done", "twice for command"),
    "never settled": (
        dropped(lambda effect: isinstance(effect, k.Settle)),
        "test_every_service_is_done",
        "on a sound wire",
    ),
    "swallowed": (dropped(emits(Unrecognised)), "test_garbage_is_kept_and_never_fatal", "left no trace"),
    "raises": (
        raises_on_garbage,
        "test_garbage_is_kept_and_never_fatal",
        "A link never raises",
    ),
    "clock": (
        reads_the_clock,
        "test_the_link_comes_up_and_tells_who_is_there",
        "not pure: it calls time.time",
    ),
    "another's name": (
        changed(another_link),
        "test_the_link_comes_up_and_tells_who_is_there",
        "use the name in its",
    ),
    "never back": (never_down, "test_a_vendor_that_falls_silent_is_noticed", "still up"),
}


@pytest.mark.parametrize("defect", LINKS)
async def test_a_defect_of_a_link_is_noticed(defect: str) -> None:
    bend, check, said = LINKS[defect]
    suite = Link()
    suite.protocol = cast("Any", BentProtocol(link=bend))  # type: ignore[misc] # of this one object
    with pytest.raises(AssertionError, match=said):
        await getattr(suite, check)()


def sees_all(effect: Any) -> Any:  # noqa: ANN401 - an effect
    if isinstance(effect, k.Watch):
        return k.Watch(subjects={**effect.subjects, "agent/*": None})
    return replace(effect, secret="tenant") if isinstance(effect, k.SignIn) else effect


def forgets_to_reply(_name: str, _given: tuple[Any, ...], effects: Iterator[Any]) -> Iterator[Any]:
    return (effect for effect in effects if not isinstance(effect, k.Reply) or effect.status == 200)


def own_copy(effect: Any) -> Any:  # noqa: ANN401 - an effect
    if isinstance(effect, k.Send) and isinstance(effect.data, bytes):
        return replace(effect, data=bytes(bytearray(effect.data)))
    return effect


def no_news(name: str, _given: tuple[Any, ...], effects: Iterator[Any]) -> Iterator[Any]:
    return iter(()) if name == "answer" else effects


def late_joiners_see_little(name: str, given: tuple[Any, ...], effects: Iterator[Any]) -> Iterator[Any]:
    del given
    for effect in effects:
        if name == "open" and isinstance(effect, k.Send) and isinstance(effect.data, bytes):
            yield replace(effect, data=effect.data.replace(b'"phase":"active"', b'"phase":"offered"'))
        else:
            yield effect


SESSIONS: Mapping[str, tuple[Bend, str, str]] = {
    "leak": (changed(sees_all), "test_nothing_is_told_of_another_agent", "was told 'Zebulon Quill'"),
    "no reply": (forgets_to_reply, "test_every_call_gets_exactly_one_reply", "no reply"),
    "two replies": (twice(k.Reply), "test_every_call_gets_exactly_one_reply", "replies twice"),
    "own copy": (changed(own_copy), "test_what_all_see_is_encoded_once", "its own copy"),
    "no outcome": (no_news, "test_every_request_leads_to_something", "never heard what became of it"),
    "late joiner": (late_joiners_see_little, "test_joining_at_every_entry_shows_the_same", "just joined"),
    "raises": (raises_on_garbage, "test_garbage_never_raises", "never raises"),
    "clock": (reads_the_clock, "test_what_all_see_is_encoded_once", "not pure"),
}


@pytest.mark.parametrize("defect", SESSIONS)
async def test_a_defect_of_a_session_is_noticed(defect: str) -> None:
    bend, check, said = SESSIONS[defect]
    suite = Session()
    suite.protocol = cast("Any", BentProtocol(session=bend))  # type: ignore[misc] # of this one object
    with pytest.raises(AssertionError, match=said):
        await getattr(suite, check)()
