"""What we know of Attendant's elements, so that what we do not know is kept instead of passed over.

A vendor adds an attribute in a minor release, and nobody tells. It does no harm, but whoever looks for it one day wants to
find since when it has been there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cordboard_wickerline.markup import JOTS, Element


class _Shape(NamedTuple):
    attributes: frozenset[str]
    children: frozenset[str]


def _shape(attributes: str, children: str = "") -> _Shape:
    return _Shape(frozenset(attributes.split()), frozenset(children.split()))


_PERSON = "role who name bell"
_WISH = _shape("is after", "why")
_REASON = _shape("code label for counts limit")

SHAPES: Mapping[str, _Shape] = {
    "feed": _shape("upto", "item"),
    "item": _shape("n", "notice"),
    "notice": _shape(
        "at what because clerk hall crew by merged keys", "reach file stance matter thread tally"
    ),
    "reach": _shape("is because again", "can"),
    "can": _shape(""),
    "file": _shape(
        "no signs name given family bell ranks team home-hall may tongue",
        "set team oversees hall skill reason",
    ),
    "set": _shape("kind bell stays"),
    "team": _shape("no name"),
    "oversees": _shape("no"),
    "hall": _shape("no name bell"),
    "skill": _shape("name level"),
    "reason": _REASON,
    "why": _REASON,
    "stance": _shape("is trouble since", "why then beneath"),
    "then": _WISH,
    "beneath": _WISH,
    "matter": _shape(
        "no thread before first way outcome waited-from stage since begun ended limit aka",
        "hall caller handed-by line",
    ),
    "caller": _shape(_PERSON),
    "handed-by": _shape(_PERSON),
    "line": _shape(
        "no ref kind way house-ref aka from rung dialled outcome tape begun since through tidied ended over",
        "speaker also",
    ),
    "speaker": _shape(f"no is set hushed silenced aside because since as {_PERSON}"),
    "also": _shape("", "word"),
    "word": _shape("for"),
    "thread": _shape("no"),
    "tally": _shape("of is"),
}


def unknown(item: Element) -> Iterator[Element]:
    """What of an element we have no name for: children that are new, and elements with nothing but their new attributes."""
    shape = SHAPES.get(item.name)
    if shape is None:
        yield item
        return
    new = {name: value for name, value in item.attributes.items() if name not in shape.attributes}
    if new:
        yield Element(name=item.name, space=item.space, attributes=new)
    for child in item.children:
        if child.space == JOTS and item.name == "line":
            continue
        if child.space != item.space or child.name not in shape.children:
            yield child
        else:
            yield from unknown(child)
