from __future__ import annotations

import re

import msgspec
import pytest

from cordboard.model.errors import (
    ERRORS,
    Blame,
    CallerError,
    CordboardError,
    ErrorReply,
    InternalError,
    VendorError,
)


@pytest.mark.parametrize(("code", "kind"), ERRORS.items())
def test_a_code_is_a_kebab_case_word_with_a_status_and_a_sentence(code: str, kind: object) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert ERRORS[code] is kind
    assert 400 <= ERRORS[code].status < 600
    assert re.match(r"[A-Z].*\.$", ERRORS[code].text)


def test_an_error_carries_its_code_status_and_body() -> None:
    error = CallerError("bad-field", "`number` has to be a string", {"field": "number"})
    assert str(error) == error.message == "`number` has to be a string"
    assert (error.status, error.blame) == (400, Blame.CALLER)
    assert msgspec.json.encode(error.body()) == (
        b'{"error":{"code":"bad-field","message":"`number` has to be a string","details":{"field":"number"}}}'
    )
    assert msgspec.json.decode(msgspec.json.encode(error.body()), type=ErrorReply) == error.body()


def test_a_code_that_is_not_in_the_reference_shows_everywhere() -> None:
    error = InternalError("no-such-code", "It broke")
    assert error.status == 500
    assert str(error) == error.message == "It broke (undocumented code no-such-code)"
    assert error.body().error.message == error.message


def test_the_details_are_the_errors_own() -> None:
    details = {"field": "a"}
    error = CordboardError("bad-field", "x", details)
    details["field"] = "b"
    assert error.details == {"field": "a"}
    assert CordboardError("internal", "x").details == {}


def test_who_is_to_blame() -> None:
    blames = [kind("internal", "x").blame for kind in (CallerError, VendorError, InternalError)]
    assert blames == [Blame.CALLER, Blame.VENDOR, Blame.US]
