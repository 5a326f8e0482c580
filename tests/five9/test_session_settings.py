"""What an operator may decide, and what not."""

from __future__ import annotations

from typing import Any

import pytest

from cordboard.model.errors import CallerError
from cordboard.protocols.five9 import protocol
from cordboard.protocols.five9.settings import Settings, settings


@pytest.mark.parametrize(
    "found",
    [
        {"org": "acme"},
        {"farm": ""},
        {"auth": "both"},
        {"come_back": 1004},
        {"come_back": 99},
        {"data_centre": {"form": "mixed"}},
        {"start_state": "WORKING"},
        {"propagation": -1},
        {"lingering": -1},
        {"sockets": -1},
        {"data_centre": {"port": 70_000}},
        {"notices": [{"title": "no id"}]},
        {"colour": "red"},
    ],
)
def test_what_is_wrong_is_named(found: dict[str, Any]) -> None:
    with pytest.raises(CallerError) as error:
        settings(found)
    assert error.value.code == "bad-field"
    assert error.value.details["field"]


def test_without_a_word_everything_is_as_the_reference_says() -> None:
    assert settings({}) == Settings()
    assert Settings().open
    assert not settings({"call_center": "Reception"}).open
    assert settings({"call_center": "Reception", "gate": ""}).open


def test_the_protocol_with_settings_is_another_one() -> None:
    assert protocol.configured({"duplicates": False}) is not protocol  # type: ignore[attr-defined]
