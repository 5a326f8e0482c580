"""One HTTP request of a link: its repetitions, its time, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from cordboard.contract import Failed, Replied, Request
from cordboard.hub.clock import Clock
from cordboard.hub.network.client import Client, Sent
from cordboard.hub.network.failures import EXPECTED, NetworkError, reason_of
from cordboard.kit.backoff import backoff
from cordboard.model.ids import Millis

REPEATS = 2
"""How often a repeatable request is sent again."""
LATER = frozenset({429, 503})
"""Statuses that ask to come back, where `Retry-After` says when."""
_FIRST_PAUSE: Millis = 200
_LONGEST_PAUSE: Millis = 2_000
_LONGEST_AFTER: Millis = 24 * 60 * 60 * 1000


class _Attempts:
    """How far a request has come."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.stage = "host-busy"
        """What it would be called if time ran out now."""


async def ask(client: Client, effect: Request, clock: Clock) -> Replied | Failed:
    """The answer, or why there is none, within the request's time."""
    state = _Attempts()
    loop = asyncio.get_running_loop()
    end = loop.time() + effect.timeout / 1000
    reason = ""
    for attempt in range(1 + (REPEATS if effect.repeatable else 0)):
        try:
            async with asyncio.timeout_at(end):
                answer = await _once(client, effect, clock, state)
        except (*EXPECTED, NetworkError) as error:
            out_of_time = type(error) is TimeoutError and loop.time() >= end
            reason = state.stage if out_of_time else reason_of(error)
            pause = backoff(attempt, client.network.random, _FIRST_PAUSE, _LONGEST_PAUSE)
        else:
            again = answer.status in LATER and answer.retry_after is not None and effect.repeatable
            if not again or attempt == REPEATS or loop.time() + (answer.retry_after or 0) / 1000 >= end:
                return answer
            pause = answer.retry_after or 0
        if reason in _HOPELESS or loop.time() + pause / 1000 >= end:
            break
        if attempt < REPEATS and effect.repeatable:
            await asyncio.sleep(pause / 1000)
    return Failed(name=effect.name, reason=reason, sent=state.sent.any, at=clock.now())


_HOPELESS = frozenset({"bad-address", "too-large", "certificate-expired", "certificate-wrong-host"})
"""What is no better a moment later."""


async def _once(client: Client, effect: Request, clock: Clock, state: _Attempts) -> Replied:
    session, trust, proxy = client.route(effect.url)
    state.stage = "host-busy"
    async with client.network.limits.place(host_of(effect.url)):
        state.stage = "connect-timeout"
        before = state.sent.any
        this = Sent()
        try:
            async with session.request(
                effect.method,
                effect.url,
                headers=dict(effect.headers),
                data=effect.body or None,
                allow_redirects=False,
                trace_request_ctx=this,
                ssl=trust,
                proxy=proxy,
            ) as answer:
                state.stage = "timeout"
                data = await _body(answer, client.network.settings.body_bytes)
        finally:
            state.sent.any = before or this.any
            if this.any:
                state.stage = "timeout"
    at = clock.now()
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Replied(
        name=effect.name,
        status=answer.status,
        headers=headers,
        data=data,
        at=at,
        retry_after=retry_after(headers, at),
    )


async def _body(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async for part in answer.content.iter_any():
            size += len(part)
            if size > limit:
                answer.close()
                raise NetworkError("too-large")
            parts.append(part)
    except aiohttp.SocketTimeoutError:
        raise NetworkError("body-timeout") from None
    return b"".join(parts)


def host_of(url: str) -> str:
    """The host and port whose limits count."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def retry_after(headers: Mapping[str, str], now: Millis) -> Millis | None:
    """What `Retry-After` asks for, in milliseconds; a date counts by the vendor's clock, if that is there. `None` where it says
    nothing that can be read. Names in lower case.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]) * 1000, _LONGEST_AFTER)
    until = _date(text)
    if until is None:
        return None
    since = _date(headers.get("date", "")) or datetime.fromtimestamp(now / 1000, UTC)
    return min(max(0, round((until - since).total_seconds() * 1000)), _LONGEST_AFTER)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
