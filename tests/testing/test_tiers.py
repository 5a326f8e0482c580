"""The tier that a protocol claims follows from what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from msgspec.structs import replace

from cordboard.app import installed_protocols
from cordboard.kit.recording import Provenance, Recording
from cordboard.model.commands import SwitchService
from cordboard.protocols import native, streams
from cordboard.testing import tiers
from cordboard.testing.recorded import folder, kept_promise
from cordboard.testing.tiers import Credentials, Promise, Proof, earned, wrong_with_promise

ROOT = Path(__file__).parents[2]
OURS = installed_protocols("cordboard")
SESSION = Proof(end="session", by="third-party", what="a library")
LINK = Proof(end="link", by="third-party", what="a server")
PROMISE = Promise(
    name="native", title="x", tier="bronze", link={}, session={}, credentials=Credentials(in_url=False)
)


def recorded(source: str) -> Recording:
    told = Provenance(
        protocol="native", end="link", story="x", source="vendor", obtained="", date="2026-11-21"
    )
    return Recording(provenance=replace(told, source=source), steps=())


VENDORS = [recorded("vendor")]
REASONS = {kind.__name__: "no" for kind in get_args(SwitchService) if kind.__name__ != "MakeCall"}


class LinkOnly:
    name = "half"
    routes = ()
    services = frozenset({"MakeCall"})


@pytest.mark.parametrize("name", sorted(OURS))
def test_ours_keep_what_they_promise(name: str) -> None:
    assert kept_promise(OURS[name]) == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_proves_ours_is_there(name: str) -> None:
    promise = tiers.promise_of(folder(OURS[name]))
    for proof in promise.proof:
        assert (ROOT / proof.test).is_file(), proof
    assert all(promise.impossible.values())


def test_each_tier_needs_what_it_says() -> None:
    def tier(*proof: Proof, recordings: Sequence[Recording] = ()) -> str:
        promise = replace(PROMISE, link={"impossible": REASONS}, session=None, proof=proof)
        return earned(promise, cast("Any", LinkOnly()), recordings)[0]

    assert tier() == tier(recordings=VENDORS) == "bronze"
    assert tier(LINK) == tier(LINK, recordings=[recorded("own")]) == "silver"
    assert tier(LINK, recordings=VENDORS) == "gold"
    old = Proof(end="link", by="live", what="a tenant", release="0.0.1")
    assert tier(LINK, old, recordings=VENDORS) == "gold"
    assert tier(LINK, replace(old, release=version("cordboard")), recordings=VENDORS) == "platinum"


def test_both_ends_have_to_be_proven() -> None:
    def tier(*proof: Proof) -> str:
        return earned(replace(PROMISE, proof=proof), native.protocol, VENDORS)[0]

    assert tier(LINK) == tier(SESSION) == "bronze"
    assert tier(LINK, SESSION) == "silver"


def test_a_tier_above_the_proof_is_named_with_what_it_needs() -> None:
    (wrong,) = wrong_with_promise(replace(PROMISE, tier="gold"), native.protocol, ())
    assert "'gold' is claimed and 'bronze' is proven" in wrong
    assert "[[proof]]" in wrong


def test_a_link_that_does_not_say_what_it_cannot_is_bronze() -> None:
    promise = replace(PROMISE, name="half", session=None, proof=(LINK,))
    tier, why = earned(promise, cast("Any", LinkOnly()), ())
    assert tier == "bronze"
    assert "AnswerCall" in why


def test_what_is_built_and_what_is_described_are_the_same() -> None:
    assert wrong_with_promise(replace(PROMISE, session=None), native.protocol, ())
    assert wrong_with_promise(replace(PROMISE, name="streams"), streams.protocol, ())


def test_a_promise_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="is missing"):
        tiers.promise_of(tmp_path)
    (tmp_path / "protocol.toml").write_text('name = "x"', encoding="utf-8")
    with pytest.raises(AssertionError, match="title"):
        tiers.promise_of(tmp_path)
