"""XML: what is written is read again, and nothing in it does harm."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from cordboard_wickerline.markup import (
    DEEPEST,
    HOUSE,
    JOTS,
    BadMarkupError,
    Element,
    element,
    parsed,
    written,
)

LEGAL = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=8)
NAMES = st.sampled_from(["matter", "line", "speaker"])
TREES = st.recursive(
    st.builds(
        Element,
        name=NAMES,
        space=st.sampled_from([HOUSE, JOTS]),
        attributes=st.dictionaries(st.sampled_from(["no", "is", "urn:x y"]), LEGAL),
        text=LEGAL,
    ),
    lambda inner: st.builds(
        Element,
        name=NAMES,
        attributes=st.dictionaries(st.sampled_from(["no", "is"]), LEGAL),
        children=st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=12,
)


@given(TREES)
def test_what_is_written_is_read_again(tree: Element) -> None:
    assert parsed(written(tree)) == tree


def test_line_ends_and_quotes_survive() -> None:
    tree = element("jot", {"name": 'a "b"\r\n\tc <&>'}, text='x\r\ny <&> "z"')
    assert parsed(written(tree)) == tree


def test_what_xml_cannot_write_is_marked() -> None:
    assert parsed(written(element("jot", {"a": "x\x00y"}, text="\x1b\ud800"))) == element(
        "jot", {"a": "x\ufffdy"}, text="\ufffd\ufffd"
    )


def test_a_prefix_is_as_good_as_a_default() -> None:
    data = f'<w:feed xmlns:w="{HOUSE}" upto="3"><w:item n="3"/></w:feed>'.encode()
    assert parsed(data) == element("feed", {"upto": "3"}, element("item", {"n": "3"}))


def test_other_encodings_are_read() -> None:
    text = f'<?xml version="1.0" encoding="{{}}"?><entry xmlns="{HOUSE}" name="Bergström"/>'
    for encoding in ("iso-8859-1", "utf-16"):
        assert parsed(text.format(encoding).encode(encoding)).get("name") == "Bergström"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<feed xmlns="urn:wickerline:attendant:4" upto="1">&b;</feed>"""
FILE = b"""<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/hostname">]><feed xmlns="urn:wickerline:attendant:4">&x;</feed>"""
REMOTE = b'<!DOCTYPE feed SYSTEM "http://elsewhere.example/feed.dtd"><feed upto="1"/>'


@pytest.mark.parametrize("data", [BOMB, FILE, REMOTE], ids=["bomb", "file", "remote"])
def test_a_document_type_is_refused_before_it_says_anything(data: bytes) -> None:
    with pytest.raises(BadMarkupError, match="document type"):
        parsed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"<feed>",
        b"<feed></fee>",
        b"<feed/><feed/>",
        b"<feed a='1' a='2'/>",
        b"<x:feed/>",
        b"<feed>&nbsp;</feed>",
        b'<?xml version="1.0" encoding="klingon"?><feed/>',
        b"{}",
        b"<feed>" * (DEEPEST + 1),
        b"<feed>" + b"<item/>" * 100_001 + b"</feed>",
    ],
)
def test_what_is_no_xml_or_too_much_of_it_is_told(data: bytes) -> None:
    with pytest.raises(BadMarkupError):
        parsed(data)


@given(st.binary(max_size=200))
def test_whatever_comes_nothing_else_is_raised(data: bytes) -> None:
    try:
        parsed(data)
    except BadMarkupError:
        return
