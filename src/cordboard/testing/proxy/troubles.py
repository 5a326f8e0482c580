"""What can go wrong between a link and its vendor, as data, and a seeded row of it."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Literal, get_args

import msgspec

Kind = Literal[
    "cut",
    "reset",
    "half-open",
    "stall",
    "delay",
    "throttle",
    "duplicate",
    "reorder",
    "answer",
    "lose-answer",
    "spoil-answer",
    "refuse",
    "mute",
    "certificate",
    "say",
    "close",
]
"""- `cut`: every connection is closed, as by a vendor that restarts. `reset`: the same without a good-bye.
- `half-open`: the connections of now carry nothing any more, either way, and nobody is told. New ones work.
- `stall`: for `seconds` nothing passes; then all of it does, in order.
- `delay`: for `seconds` each piece takes `by` seconds. `throttle`: for `seconds` no more than `rate` bytes a second pass each way.
- `duplicate`: of the next `times` frames of a WebSocket each comes twice. `reorder`: of the next `times` each comes behind its next.
- `answer`: the next `times` requests never reach the vendor, and get `status`, `headers` and `body` from us.
- `lose-answer`: the next `times` requests reach the vendor, and the connection is cut before its answer comes through. `spoil-answer`:
  they reach the vendor, and get `status`, `headers` and `body` from us all the same.
- `refuse`: for `seconds` nobody listens. `mute`: for `seconds` whoever connects hears nothing at all, not even TLS.
- `certificate`: for `seconds` a certificate with this `flaw` is shown to whoever connects.
- `say`: `body` comes on each WebSocket that is open, as a frame of text that the vendor never said. `close`: each is closed with `status`.
"""
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_CERTIFICATES: tuple[Literal["expired", "wrong-host", "untrusted"], ...] = (
    "expired",
    "wrong-host",
    "untrusted",
)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that goes wrong. What has `seconds` is over by itself after them; 0: when `FaultProxy.heal` is called."""

    kind: Kind
    seconds: float = 0.0
    times: int = 1
    by: float = 0.0
    rate: int = 0
    status: int = 503
    headers: Mapping[str, str] = {}
    body: bytes = b""
    path: str = ""
    """Of `answer`, `lose-answer` and `spoil-answer`: only for requests whose path begins so."""
    flaw: Literal["expired", "not-yet-valid", "wrong-host", "untrusted"] = "expired"


def answer(
    status: int,
    body: bytes = b"",
    *,
    times: int = 1,
    retry_after: float | str = "",
    path: str = "",
    content_type: str = "application/json",
) -> Trouble:
    """The next requests are answered so, in place of the vendor. `retry_after`: seconds, or an HTTP date."""
    headers = {"Content-Type": content_type}
    if retry_after != "":
        headers["Retry-After"] = str(retry_after)
    return Trouble(kind="answer", status=status, headers=headers, body=body, times=times, path=path)


def random_troubles(
    seed: int, count: int, kinds: tuple[Kind, ...] = KINDS, *, longest: float = 2.0
) -> tuple[Trouble, ...]:
    """So many of these kinds, the same for the same seed; those that last are over after `longest` seconds at most."""
    random = Random(seed)  # noqa: S311 - seeded on purpose
    return tuple(_one(random, random.choice(kinds), longest) for _ in range(count))


def _one(random: Random, kind: Kind, longest: float) -> Trouble:
    seconds = round(random.uniform(longest / 10, longest), 2)
    match kind:
        case "delay":
            return Trouble(kind=kind, seconds=seconds, by=round(random.uniform(0.01, longest / 10), 3))
        case "throttle":
            return Trouble(kind=kind, seconds=seconds, rate=random.choice((500, 2_000, 10_000)))
        case "duplicate" | "reorder":
            return Trouble(kind=kind, times=random.randint(1, 5))
        case "answer":
            return random.choice(
                (
                    answer(401, b'{"error": "expired"}'),
                    answer(429, retry_after=1),
                    answer(435),
                    answer(500, b"<h1>Sorry</h1>", content_type="text/html"),
                    answer(503, times=2),
                    answer(200, b'{"half": '),
                )
            )
        case "spoil-answer":
            return Trouble(kind=kind, status=500, body=b"<h1>Sorry</h1>")
        case "say":
            return Trouble(kind=kind, body=random.choice((b"", b"{", b'{"half": ', b"\xc3\xa4", b"null")))
        case "close":
            return Trouble(kind=kind, status=random.choice((1000, 1001, 1011, 1012, 4000)))
        case "certificate":
            return Trouble(kind=kind, seconds=seconds, flaw=random.choice(OF_CERTIFICATES))
        case "lose-answer" | "cut" | "reset" | "half-open":
            return Trouble(kind=kind)
        case "stall" | "refuse" | "mute":
            return Trouble(kind=kind, seconds=seconds)
