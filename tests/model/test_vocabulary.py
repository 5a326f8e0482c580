from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from cordboard.model.vocabulary import CAUSES, GAUGE_UNITS, GAUGES, INITIATIONS, gauge_unit


@pytest.mark.parametrize(
    ("words", "shape"),
    [(CAUSES, r"[a-z]+(-[a-z]+)*"), (INITIATIONS, r"[a-z]+(_[a-z]+)*"), (GAUGES, r"[a-z]+(-[a-z]+)*")],
)
def test_each_word_has_a_sentence_and_a_place_in_the_alphabet(words: Mapping[str, str], shape: str) -> None:
    assert list(words) == sorted(words)
    for word, sentence in words.items():
        assert re.fullmatch(shape, word)
        assert re.match(r"[A-Z].*\.$", sentence)


def test_each_gauge_has_a_unit_and_each_unit_a_gauge() -> None:
    assert {gauge_unit(name) for name in GAUGES} == set(GAUGE_UNITS)
    assert gauge_unit("average-talk-time") == "millis"
    assert gauge_unit("a vendor's own") == ""
