"""Hundreds of faults of every kind on the way to Five9, in virtual time: what is shown is what is so, and nothing is done twice."""

from __future__ import annotations

from random import Random

import pytest

from cordboard.protocols.five9 import protocol
from cordboard.testing.plugin import Measured
from tests.five9.gaps import Logs, gaps_are_told, logs_of
from tests.five9.link_rig import configured, plugged
from tests.five9.once import done_once, nothing_lost_or_doubled, patient
from tests.five9.rough import RoughVendor
from tests.five9.walk import Walk

OFTEN = 0.2
"""How often another fault begins before the one is over."""
WORKED = frozenset(protocol.services - {"GenerateDigits", "SetMicrophoneMute"})
"""What the link can do without a path that no document has: all of it is asked for."""
BACK, COUNTED = (
    "Five9 link in virtual time: back after a fault, seconds",
    "Five9 link in virtual time: counted",
)


async def walk(seed: int, rounds: int, measured: Measured) -> Walk:
    """Each kind of fault in turn of so many shuffled rounds."""
    vendor = RoughVendor(configured())
    dice = Random(seed)
    async with plugged(vendor) as rig:
        walked = Walk(rig, vendor, seed)
        left = [kind for _ in range(rounds) for kind in dice.sample(walked.kinds, len(walked.kinds))]
        while left:
            for _ in range(dice.randint(1, 3)):
                await walked.step()
            count = 2 if dice.random() < OFTEN else 1
            kinds, left = left[:count], left[count:]
            await walked.fault(*kinds)
        logs = await logs_of(rig, vendor)
        counted = holds(walked, logs)
    measured(BACK, walked.report.recovery)
    measured(COUNTED, {name: [count] for name, count in counted.items()})
    return walked


def holds(walked: Walk, logs: Logs) -> dict[str, int]:
    """What has to hold after a walk; what was counted."""
    rig, vendor = walked.rig, walked.vendor
    told = gaps_are_told(rig, vendor, logs, walked.moments)
    done = done_once(logs, vendor.asked)
    patience = patient(rig, vendor.asked, logs.near)
    whole = nothing_lost_or_doubled(logs)
    assert told.eventful > told.torn
    assert patience.named > patience.downs > 0
    assert whole
    assert walked.report.overlaps
    return {
        "faults": sum(walked.report.faults.values()),
        "two at once": walked.report.overlaps,
        "gaps": told.gaps,
        "gaps, something happened": told.eventful,
        "gaps that cut an instant": told.torn,
        "calls lost in a gap": told.lost,
        "calls all in a gap": told.unseen,
        "calls no gap touched": whole,
        "commands done": sum(done.values()),
        "kinds of commands done": len(done),
        "Retry-After": patience.named,
        "Retry-After, link down": patience.downs,
    }


async def test_every_kind_of_fault_ends_in_what_is_so(measured: Measured) -> None:
    walked = await walk(seed=7, rounds=1, measured=measured)
    assert set(walked.report.faults) == set(walked.kinds)


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(4))
async def test_a_thousand_faults_end_in_what_is_so(seed: int, measured: Measured) -> None:
    """Each of them 264."""
    walked = await walk(seed=100 + seed, rounds=6, measured=measured)
    assert sum(walked.report.faults.values()) >= 250
    assert set(walked.report.faults) == set(walked.kinds)
    assert {name for name, count in walked.asked.items() if count} >= WORKED
