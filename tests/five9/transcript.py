"""Transcripts of somebody else's client at our session: written as JSON lines, and told again to a session in memory.

The first line says where it is from. ``act`` is what happened at the switch; the rest is what a relay between the two wrote down.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cordboard.contract import Send
from cordboard.testing.centre import ContactCentre
from cordboard.testing.edge import SECRET, Edge, Socket

Line = dict[str, Any]
CLOCKS = 1_000_000_000_000
"""Numbers past this are times."""
TURNS = {"1010", "1202", "3", "5", "30", "31"}
"""Events that have to come as they came."""
JOINING = {"CONNECTED", "HELD", "UNHELD", "DISCONNECTED_BY_AGENT", "DISCONNECTED_BY_CALLER"}
"""And reasons of 4. What only changed beside these may be told more often, or less."""


def dumps(provenance: Mapping[str, object], lines: Iterable[Line]) -> str:
    """As JSON lines."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (provenance, *lines))


def loads(text: str) -> tuple[Line, list[Line]]:
    """The provenance, and the lines."""
    provenance, *lines = (json.loads(line) for line in text.splitlines())
    return provenance, lines


def redacted(lines: Sequence[Line], secrets: Mapping[str, str]) -> list[Line]:
    """The lines with these texts in place of those, wherever they stand."""

    def told(value: Any) -> Any:  # noqa: ANN401 - JSON
        match value:
            case str():
                for secret, instead in secrets.items():
                    value = value.replace(secret, instead)
                return value
            case dict():
                return {key: told(item) for key, item in value.items()}
            case _:
                return value

    return [told(line) for line in lines]


class Likeness:
    """Compares what was said then with what is said now, where there may be more fields. Texts in `minted` places are new each time: the
    same one then is the same one now.
    """

    def __init__(self, minted: frozenset[str]) -> None:
        self.now: dict[str, str] = {}
        self._then: dict[str, str] = {}
        self._minted = minted

    def same(self, then: Any, now: Any, where: str = "") -> None:  # noqa: ANN401 - JSON
        """`AssertionError` naming the place that is not alike."""
        match then, now:
            case dict(), dict():
                assert self._renamed(then) <= set(now), f"{where}: {set(then) - set(now)}"
                for key, value in then.items():
                    self.same(value, now[self.now.get(key, key)], f"{where}.{key}")
            case list(), list():
                assert len(then) == len(now), where
                for number, (old, new) in enumerate(zip(then, now, strict=True)):
                    self.same(old, new, f"{where}[{number}]")
            case str(), str() if where.rpartition(".")[2] in self._minted or then in self.now:
                assert self.now.setdefault(then, now) == now, where
                assert self._then.setdefault(now, then) == then, where
            case int(), int() if then > CLOCKS:
                assert now > CLOCKS, where
            case str(), str():
                assert self.said(then) == now, f"{where}: {then!r} then, {now!r} now"
            case _:
                assert then == now, f"{where}: {then!r} then, {now!r} now"

    def said(self, text: str) -> str:
        """With what is minted now in place of what was minted then."""
        for then, now in self.now.items():
            text = text.replace(then, now)
        return text

    def _renamed(self, then: Mapping[str, object]) -> set[str]:
        return {self.now.get(key, key) for key in then}


class Retelling:
    """Tells a transcript to the doors of a session, and holds what comes against what came."""

    def __init__(self, centre: ContactCentre, edge: Edge, likeness: Likeness) -> None:
        self._centre = centre
        self._edge = edge
        self._alike = likeness
        self._answers: dict[int, tuple[int, Mapping[str, str], bytes]] = {}
        self._sockets: dict[int, Socket] = {}
        self._frames: dict[int, list[Any]] = {}
        self._calls: dict[str, str] = {}

    async def tell(self, line: Line) -> None:
        """One line: what the client said is said again, what it was told has to come."""
        number = line["number"]
        # Some time passed between any two lines then.
        await self._centre.advance(0.01)
        match line["do"]:
            case "act":
                params = {key: self._calls.get(value, value) for key, value in line["params"].items()}
                told = await self._centre.act(line["name"], **params)
                if "makes" in line:
                    self._calls[line["makes"]] = str(told["call"])
            case "ask":
                await self._ask(number, line)
            case "answer":
                status, cookies, body = self._answers.pop(number)
                where = f"answer {number}"
                assert status == line["status"], f"{where}: {status}, {body!r}"
                self._alike.same(_json(line["body"]), _json(body.decode()), where)
                self._alike.same(line["cookies"], dict(cookies), f"{where}.cookies")
            case "open":
                heard: list[Any] = []
                self._frames[number] = heard
                self._sockets[number] = self._edge.socket(
                    line["path"],
                    headers=self._said(line["headers"]),
                    cookies=_cookies(self._said(line["headers"])),
                    heard=lambda sent: heard.append(_json(_text(sent))),
                    over=lambda code, reason: None,  # noqa: ARG005 - the page has left by then
                )
            case "up":
                self._sockets[number].say(line["text"])
            case "down":
                then = _json(line["text"])
                if counts(then):
                    self._heard(number, then)
            case "close":
                self._sockets[number].leave(1000)
            case other:
                raise AssertionError(other)
        await self._centre.hub.settled()

    def rest(self) -> list[Any]:
        """Frames that count, came now and did not come then."""
        return [frame for frames in self._frames.values() for frame in frames if counts(frame)]

    def _heard(self, number: int, then: Any) -> None:  # noqa: ANN401 - JSON
        frames = self._frames[number]
        while frames and not counts(frames[0]):
            frames.pop(0)
        assert frames, f"nothing came in place of {then}"
        self._alike.same(then, frames.pop(0), f"socket {number}")

    async def _ask(self, number: int, line: Line) -> None:
        headers = self._said(line["headers"])
        body = line["body"].replace("(password)", SECRET).encode()
        path = self._alike.said(line["path"])
        waiting = self._edge.call(line["method"], path, headers=headers, cookies=_cookies(headers), body=body)
        while not waiting.done():
            await self._centre.advance(1)
        reply = waiting.result()
        cookies = {cookie.name: cookie.value for cookie in reply.cookies}
        self._answers[number] = (reply.status, cookies, reply.body)

    def _said(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {name: self._alike.said(text) for name, text in texts.items()}


def counts(frame: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether clients go by this frame."""
    context = frame["context"]
    return context["eventId"] in TURNS or (context["eventId"] == "4" and context["eventReason"] in JOINING)


def _text(sent: Send) -> str:
    return sent.data.decode() if isinstance(sent.data, bytes) else sent.data


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    pairs = (part.strip().split("=", 1) for part in headers.get("cookie", "").split(";") if "=" in part)
    return dict(pairs)


def _json(text: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(text) if text else None
