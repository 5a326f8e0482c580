"""What comes off wires that is nothing: frames nobody sent, and frames somebody sent and something broke."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

GARBAGE: tuple[str | bytes, ...] = (
    "",
    " ",
    "\x00",
    "{",
    "}",
    "[]",
    "{}",
    "null",
    "7",
    '"text"',
    "[[[[[[[[[[",
    "[" * 5_000,
    '{"type":null}',
    '{"type":"no-such-thing-9f3a"}',
    '{"type":["no-such-thing"]}',
    '{"type":"no-such-thing","at":1e400,"id":-99999999999999999999999}',
    "<",
    "<a/>",
    "<a><b></a>",
    '<?xml version="1.0"?><no-such-thing xmlns="urn:none"/>',
    "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "event: none\ndata: {}\n\n",
    "GET / HTTP/1.1\r\n\r\n",
    "x" * 100_000,
    "\u2028\ud7ff\U0001f600",
    b"",
    b"\x00\x01\x02",
    b"\xff\xfe\xfd",
    b"\xc3\x28",
    b'{"type":"\xff"}',
)
"""Frames that no vendor ever sent."""

_ODD: tuple[object, ...] = (None, True, -1, 1e300, "", "no-such", [], {}, [None], {"type": "x"}, "x" * 5_000)
MOST = 150


def mutilated(frames: Iterable[Mapping[str, Any]], seed: int = 1) -> Iterator[str | bytes]:
    """Frames that came (as `kit.recording.plain` tells them), each broken in some way; the same every time, at most `MOST`."""
    chance = Random(seed)  # noqa: S311 - seeded on purpose
    texts = list(dict.fromkeys(text for told in frames if (text := _text(told))))
    chance.shuffle(texts)
    left = MOST
    for text in texts:
        for broken in _broken(text, chance):
            if left == 0:
                return
            left -= 1
            yield broken


def _text(told: Mapping[str, Any]) -> str:
    data = told.get("data", told.get("body", ""))
    if isinstance(data, dict):
        return str(data.get("bytes", ""))
    return str(data)


def _broken(text: str, chance: Random) -> Iterator[str | bytes]:
    yield text[: chance.randrange(len(text)) + 1][:-1]
    place = chance.randrange(len(text))
    yield text[:place] + chance.choice('{}[]<>"/,:\x00é') + text[place + 1 :]
    yield text.encode()[: place + 1] + b"\xff"
    try:
        value = json.loads(text)
    except ValueError:
        return
    for _ in range(3):
        yield json.dumps(_changed(value, chance))


def _changed(value: object, chance: Random) -> object:
    """The same with one thing in it that is another."""
    match value:
        case dict() if value:
            name = chance.choice(list(value))
            if chance.random() < 0.3:
                return {**value, name: chance.choice(_ODD)}
            if chance.random() < 0.1:
                return {key: item for key, item in value.items() if key != name}
            return {**value, name: _changed(value[name], chance)}
        case list() if value:
            place = chance.randrange(len(value))
            return [*value[:place], _changed(value[place], chance), *value[place + 1 :]]
        case _:
            return chance.choice(_ODD)
