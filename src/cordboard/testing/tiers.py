"""What a protocol promises in its ``protocol.toml``, held against what proves it: no tier above that.

**bronze** the suites pass; **silver** it declares its limits, and a third party's client or server has run against each of its ends;
**gold** its link has a recording of the real vendor (a session has none yet); **platinum** it was proven against a live tenant in this release.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from cordboard.contract import CtiProtocol
from cordboard.kit.recording import Recording
from cordboard.model.commands import SwitchService

Tier = Literal["bronze", "silver", "gold", "platinum"]
TIERS: tuple[Tier, ...] = get_args(Tier)
End = Literal["link", "session"]


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who else has run against an end. `what`: the program and its version; `test`: the file in which it is done again each time;
    `release`: of Cordboard, for a live tenant.
    """

    end: End
    by: Literal["third-party", "live"]
    what: str
    test: str = ""
    release: str = ""


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the vendor's wire forces a credential into an address; then `why`."""

    in_url: bool
    why: str = ""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A ``protocol.toml``. A table for each end that is built; in ``[link.impossible]`` and ``[impossible]`` what is not, with reasons."""

    name: str
    title: str
    tier: Tier
    credentials: Credentials
    link: dict[str, Any] | None = None
    session: dict[str, Any] | None = None
    impossible: dict[str, str] = {}
    proof: tuple[Proof, ...] = ()


def promise_of(folder: Path) -> Promise:
    """The promise in a protocol's folder. `AssertionError` if there is none that can be read."""
    file = folder / "protocol.toml"
    assert file.exists(), (
        f"{file.name} is missing beside the protocol's code: it says what is built, what is not and why, and the tier"
    )
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Promise)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise AssertionError(f"{file.name}: {error}") from None


def wrong_with_promise(promise: Promise, protocol: CtiProtocol, recordings: Iterable[Recording]) -> list[str]:
    """What is claimed and not so, each with what to do about it."""
    wrong = []
    if promise.name != protocol.name:
        wrong.append(f"`name` is {promise.name!r}, the protocol's {protocol.name!r}: write the same")
    built: Mapping[End, bool] = {
        "link": bool(protocol.services),
        "session": any(route.end == "session" for route in protocol.routes),
    }
    for end, there in built.items():
        told = getattr(promise, end) is not None
        if told and not there:
            wrong.append(f"[{end}] is described and not built: strike it")
        elif there and not told:
            wrong.append(f"the {end} is built and not described: add [{end}]")
    if promise.credentials.in_url and not promise.credentials.why:
        wrong.append(
            "a credential stands in addresses, and [credentials] does not say `why`: the vendor's wire has to force it"
        )
    most, why = earned(promise, protocol, recordings)
    if TIERS.index(promise.tier) > TIERS.index(most):
        wrong.append(f"tier {promise.tier!r} is claimed and {most!r} is proven: {why}")
    return wrong


def earned(promise: Promise, protocol: CtiProtocol, recordings: Iterable[Recording]) -> tuple[Tier, str]:
    """The highest tier that what there is proves, provided that the suites pass; and what the next one needs."""
    ends: list[End] = [end for end in get_args(End) if getattr(promise, end) is not None]
    silent = sorted(_limits(protocol) - set((promise.link or {}).get("impossible", {})))
    if promise.link is not None and silent:
        return "bronze", f"[link.impossible] has to say why {silent} cannot be done"
    for end in ends:
        if not any(item.end == end and item.by == "third-party" for item in promise.proof):
            return (
                "bronze",
                f"nobody else's program has run against the {end}: name it in a [[proof]] with its test",
            )
    if promise.session is not None:
        return (
            "silver",
            "sessions cannot be recorded yet, so nothing can show that one is as the real vendor's",
        )
    if not any(item.provenance.source == "vendor" for item in recordings):
        return "silver", "no recording is from the real vendor"
    release = version("cordboard")
    for end in ends:
        if not any(
            item.end == end and item.by == "live" and item.release == release for item in promise.proof
        ):
            return "gold", f"the {end} was not proven against a live tenant in release {release}"
    return "platinum", ""


def _limits(protocol: CtiProtocol) -> set[str]:
    return {kind.__name__ for kind in get_args(SwitchService)} - protocol.services
