"""Hundreds of faults of every kind on the way to Five9, in virtual time: what is shown is what is so, and nothing is done twice."""

from __future__ import annotations

import logging
from random import Random

import pytest

from tests.five9.link_rig import configured, plugged
from tests.five9.rough import RoughVendor
from tests.five9.walk import FAULTS, Walk, done_once, gaps_are_told, nothing_lost_or_doubled

_log = logging.getLogger(__name__)


async def walk(seed: int, faults: int) -> Walk:
    """So many faults, each kind in turn of a shuffled round."""
    vendor = RoughVendor(configured())
    kinds: list[str] = []
    dice = Random(seed)
    while len(kinds) < faults:
        kinds += dice.sample(FAULTS, len(FAULTS))
    async with plugged(vendor) as rig:
        walked = Walk(rig, vendor, seed)
        for kind in kinds[:faults]:
            for _ in range(dice.randint(1, 3)):
                await walked.step()
            await walked.fault(kind)
        await done_once(walked)
        gaps = await gaps_are_told(walked)
        whole = await nothing_lost_or_doubled(walked)
        # `--log-cli-level=INFO` shows it.
        _log.info("seed %d: %s\n%d gaps, %d calls that no gap touched", seed, walked.report, gaps, whole)
        assert gaps
        assert whole
    return walked


async def test_every_kind_of_fault_ends_in_what_is_so() -> None:
    walked = await walk(seed=7, faults=2 * len(FAULTS))
    assert set(walked.report.faults) == set(FAULTS)


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(4))
async def test_a_thousand_faults_end_in_what_is_so(seed: int) -> None:
    await walk(seed=100 + seed, faults=250)
