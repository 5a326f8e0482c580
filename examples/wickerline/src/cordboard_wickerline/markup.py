"""XML, read with nothing in it that could do harm, and written plainly.

What comes off a wire may define entities that grow a thousandfold, or that name files. Attendant needs no document type at
all, so whoever sends one is refused before it says anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape

import msgspec

HOUSE = "urn:wickerline:attendant:4"
"""The namespace of everything but jots."""
JOTS = "urn:wickerline:jots:1"
DEEPEST = 32
MOST = 100_000
"""Elements in one document."""

_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_IN_TEXT = {"\r": "&#13;"}


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """An element. Attributes of a namespace are named ``<namespace> <name>``."""

    name: str
    space: str = HOUSE
    attributes: dict[str, str] = {}
    children: tuple[Element, ...] = ()
    text: str = ""

    def find(self, name: str) -> Element | None:
        """The first child of this name, in the house's namespace."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> tuple[Element, ...]:
        """The children of this name, in the house's namespace."""
        return tuple(item for item in self.children if item.name == name and item.space == HOUSE)

    def get(self, name: str) -> str | None:
        """An attribute, or `None`."""
        return self.attributes.get(name)


class BadMarkupError(ValueError):
    """What came is no XML, or more of it than is taken."""


def element(
    name: str,
    attributes: Mapping[str, str | None] | None = None,
    *children: Element | None,
    text: str = "",
    space: str = HOUSE,
) -> Element:
    """An element of what there is: attributes and children that are `None` are left out."""
    return Element(
        name=name,
        space=space,
        attributes={key: value for key, value in (attributes or {}).items() if value is not None},
        children=tuple(item for item in children if item is not None),
        text=text,
    )


def parsed(data: bytes) -> Element:
    """The document's element. `BadMarkupError` if it is not well-formed, has a document type, or is too large."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refused
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's: this is all of it
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise BadMarkupError(str(error)) from None
    return reader.root


def written(item: Element) -> bytes:
    """The element as a document of its own. What XML has no way to write (a NUL) becomes U+FFFD."""
    parts: list[str] = []
    _write(item, "", parts)
    return "".join(parts).encode()


class _Reader:
    """Builds elements from the inside out."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, str], list[Element], list[str]]] = []
        self._count = 0
        self.root = Element(name="")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST:
            raise BadMarkupError("the document is too deep or too large")
        self._open.append((name, attributes, [], []))

    def text(self, data: str) -> None:
        self._open[-1][3].append(data)

    def end(self, _: str) -> None:
        name, attributes, children, texts = self._open.pop()
        space, _, local = name.rpartition(" ")
        text = "".join(texts)
        # Blanks between elements are layout; within the text of a leaf they are the text.
        made = Element(
            name=local,
            space=space,
            attributes=attributes,
            children=tuple(children),
            text=text if not children else text.strip(),
        )
        if self._open:
            self._open[-1][2].append(made)
        else:
            self.root = made


def _refused(*_: object) -> NoReturn:
    raise BadMarkupError("no document type is taken")


def _write(item: Element, around: str, parts: list[str]) -> None:
    parts.append(f"<{item.name}")
    if item.space != around:
        parts.append(f' xmlns="{_quoted(item.space)}"')
    for number, (key, value) in enumerate(item.attributes.items()):
        space, _, name = key.rpartition(" ")
        if space:
            parts.append(f' xmlns:n{number}="{_quoted(space)}" n{number}:{name}="{_quoted(value)}"')
        else:
            parts.append(f' {name}="{_quoted(value)}"')
    if not item.children and not item.text:
        parts.append("/>")
        return
    parts.append(">")
    parts.append(escape(_UNWRITABLE.sub("\ufffd", item.text), _IN_TEXT))
    for child in item.children:
        _write(child, item.space, parts)
    parts.append(f"</{item.name}>")


def _quoted(text: str) -> str:
    return escape(_UNWRITABLE.sub("\ufffd", text), _IN_ATTRIBUTE)
