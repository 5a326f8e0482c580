"""Attendant's words: complete, one-to-one, and times that survive the way there and back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from cordboard.model import commands as c, events as e
from cordboard.model.errors import ERRORS
from cordboard.model.rules import SWITCH_SERVICES
from cordboard_wickerline import protocol, words as w

ENUMS = (w.STANCES, w.VOICES, w.STAGES, w.ENDINGS, w.KINDS, w.ROLES, w.WAYS, w.USES, w.GOALS)
DECLARED = tomllib.loads(files("cordboard_wickerline").joinpath("protocol.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", ENUMS, ids=lambda table: type(next(iter(table))).__name__)
def test_every_member_has_a_word_of_its_own(table: Mapping[Any, str]) -> None:
    kind: type[StrEnum] = type(next(iter(table)))
    assert set(table) == set(kind)
    assert len(set(table.values())) == len(table)


def test_every_event_about_a_line_or_a_stance_has_a_notice_of_its_own() -> None:
    assert set(w.LINE_NOTICES) == set(get_args(e.CallEvent))
    assert set(w.STANCE_NOTICES) == set(get_args(e.AgentEvent))
    assert len({*w.LINE_NOTICES.values(), *w.STANCE_NOTICES.values()}) == len(w.LINE_NOTICES) + len(
        w.STANCE_NOTICES
    )


def test_every_fault_is_a_number_for_one_of_the_documented_codes() -> None:
    assert set(w.FAULTS) <= set(ERRORS)
    assert len(set(w.FAULTS.values())) == len(w.FAULTS)
    assert all(number.isdigit() for number in w.FAULTS.values())


def test_every_service_is_an_order_or_declared_impossible_with_a_reason() -> None:
    impossible: Mapping[str, str] = DECLARED["link"]["impossible"]
    assert protocol.services == {kind.__name__ for kind in w.ORDERS}
    assert protocol.services.isdisjoint(impossible)
    assert protocol.services | set(impossible) == SWITCH_SERVICES
    assert [reason for reason in impossible.values() if not reason.endswith(".")] == []
    assert {kind.__name__ for kind in get_args(c.SwitchService)} == SWITCH_SERVICES


def test_a_word_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="'sideways' is none of Attendant's words"):
        w.said("sideways", w.back(w.WAYS))


@given(st.integers(min_value=1, max_value=253_000_000_000_000))
def test_a_moment_survives_the_house_s_time(at: int) -> None:
    text = w.local(at)
    assert text is not None
    assert text.endswith("+01:00")
    assert w.millis(text) == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T01:00:00.001+01:00", 1),
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2025-12-31T18:30:00-05:30", 1_767_225_600_000),
        ("", 0),
        (None, 0),
    ],
)
def test_any_offset_is_read(text: str | None, at: int) -> None:
    assert w.millis(text) == at


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00", "noon", "1767225600"])
def test_a_time_without_an_offset_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|Invalid"):
        w.millis(text)


def test_what_no_calendar_has_is_no_time() -> None:
    assert [w.local(at) for at in (0, -1, 10**18)] == [None, None, None]


@given(st.integers(min_value=1, max_value=10_000_000))
def test_a_duration_survives(seconds: int) -> None:
    assert w.seconds(w.clock(seconds)) == seconds
