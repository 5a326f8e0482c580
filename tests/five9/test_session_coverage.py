"""Every row and event of Five9's catalogue is built, or declared with why it is not; and the doors are what the declarations say."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from itertools import chain
from typing import Any

import pytest

from cordboard.protocols.five9 import events, feed, moving, protocol, routes, telling, wire, words as w
from cordboard.protocols.five9.desk import Desk
from cordboard.protocols.five9.entrance import ENTRANCE
from cordboard.protocols.five9.inquiries import INQUIRIES
from cordboard.protocols.five9.requests import PLANS
from cordboard.protocols.five9.routes import CONTEXTS, MISSING, ROUTES, ROWS, SOCKETS, TABLE, address
from cordboard.protocols.five9.settings import Settings
from cordboard.testing.stage import live_stage
from tests.five9.client import HOST, ORG, sign_in, working
from tools.five9 import REASONS


def coverage(name: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files("cordboard.protocols.five9").joinpath(f"coverage/{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rows() -> Mapping[str, Mapping[str, str]]:
    return dict(chain.from_iterable(area.items() for area in coverage("rest").values()))


def test_every_door_is_declared_and_every_declared_row_has_its_door() -> None:
    declared = {name for name, row in rows().items() if "does" in row}
    assert declared == {f"{row.method} {row.path}" for row in TABLE}
    never = {name for name, row in rows().items() if "never" in row}
    assert never == {f"{row.method} {row.path}" for row in MISSING} | {"GET /strsvcs/rs/svc"}
    assert len(ROWS) == len(TABLE) + len(MISSING)


def test_what_is_not_built_says_why() -> None:
    for name, row in chain(rows().items(), *(area.items() for area in coverage("events").values())):
        assert len(row) == 1, name
        (text,) = row.values()
        assert len(text) > 5, name
        assert next(iter(row)) in ("does", "when", "never"), name


def test_every_event_is_declared_and_those_that_are_sent_are_sent_somewhere() -> None:
    declared = dict(chain.from_iterable(area.items() for area in coverage("events").values()))
    assert {int(ident) for ident in declared} == set(events.EVENTS)
    for family, area in coverage("events").items():
        assert {events.EVENTS[int(ident)].family for ident in area} == {family}
    sent: set[int] = set()
    for module in (telling, feed, moving):
        tree = ast.parse(
            files("cordboard.protocols.five9")
            .joinpath(f"{module.__name__.rpartition('.')[2]}.py")
            .read_text()
        )
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id="ids"), attr=name):
                    sent.add(getattr(events, name))
                case _:
                    pass
    assert {int(ident) for ident, row in declared.items() if "when" in row} == sent


def test_every_row_is_done_by_exactly_one_part() -> None:
    own = set(Desk(Settings(), ids=None).own)  # type: ignore[arg-type] # only what it has is looked at
    asked = {"users", "logged_in", "transferable", "conferees", "org_skills"}
    parts = [own, set(ENTRANCE), set(INQUIRIES), set(PLANS), asked]
    assert set.union(*parts) == {row.name for row in TABLE}
    assert sum(map(len, parts)) == len(TABLE)


def test_both_contexts_have_the_same_doors_but_for_statistics() -> None:
    paths = {
        context: {
            (route.method, route.path.replace("supervisors", "agents").partition("/rs/svc")[2])
            for route in ROUTES
            if route.path.startswith(f"/{context}/rs")
        }
        for context in CONTEXTS
    }
    more = paths[routes.SUPS] - paths[routes.APPS]
    assert not paths[routes.APPS] - paths[routes.SUPS]
    assert {path.rpartition("/")[2] for _, path in more} == {
        "request_full_statistics",
        "stats_filter_settings",
    }


def test_every_door_is_open_to_pages_of_other_sites_and_to_who_has_no_token() -> None:
    for route in ROUTES:
        assert route.anonymous
        assert route.cors
        assert route.credentials
        assert route in SOCKETS or route.headers == ("farmid", "x-requested-with")


def test_every_reason_that_is_told_of_calls_has_its_line_in_the_reference() -> None:
    others = {
        "STARTED",
        "COMPLETED",
        "CONFERENCE_LEFT",
        "CONFERENCE_JOINED",
    }
    start = "# --- reasons of events"
    source = files("cordboard.protocols.five9").joinpath("words.py").read_text(encoding="utf-8")
    part = source.partition(start)[2].partition("CONNECTED_TEXT")[0]
    named = {line.partition('"')[2].rstrip('"') for line in part.splitlines() if ": Final" in line}
    assert named - others == set(REASONS)


@pytest.mark.asyncio
async def test_what_is_not_offered_is_said_in_five9s_words() -> None:
    async with live_stage(protocol) as (stage, _):
        page = stage.visit("mia")
        for row in MISSING:
            answer = await page.call(
                row.method, address(row, routes.APPS).replace("{agent}", "mia"), headers=HOST
            )
            assert answer.status == 404
            assert wire.fault_of(answer.body) is not None


@pytest.mark.asyncio
@pytest.mark.parametrize("context", CONTEXTS)
async def test_every_door_that_reads_answers_something(context: str) -> None:
    """With an agent who talks: nothing that can be read is missing or fails."""
    wanted: dict[str, Any] = {}
    async with live_stage(protocol) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number="+44 20 7946 0101")
        await centre.act("answer_call", agent="mia", call=call)
        page = stage.visit("mia")
        await sign_in(page, w.ATTACH_EXISTING)
        await working(page)
        station = json.dumps({"stationType": "EMPTY"}).encode()
        begun = f"/{context}/rs/svc/{routes.PEOPLE[context]}/mia/session_start"
        assert (await page.call("PUT", begun, headers=HOST, body=station)).status == 204
        answer = await page.call("GET", "/appsvcs/rs/svc/agents/mia/interactions", headers=HOST)
        (shown,) = json.loads(answer.body)
        names = {"agent": "mia", "org": ORG, "call": shown["interactionId"], "campaign": "bookings"}
        for row in TABLE:
            if row.method != "GET" or context not in row.contexts:
                continue
            path = address(row, context)
            for name, value in names.items():
                path = path.replace(f"{{{name}}}", value)
            if "{" in path or row.name == "click_to_dial":
                continue
            answer = await page.call("GET", path, headers=HOST)
            wanted[row.name] = answer.status
        stage.tap.breaches.none()
    assert set(wanted.values()) == {200}, {name: status for name, status in wanted.items() if status != 200}
