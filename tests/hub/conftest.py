from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import Hub
from cordboard.model.ids import LinkId
from cordboard.store.memory import MemoryStore
from tests.hub.probe import Probe


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
async def hub(clock: VirtualClock, probe: Probe) -> AsyncIterator[Hub]:
    """A hub with one scripted link that serves agent/ann."""
    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"probe": probe})
    await hub.start()
    await hub.add_link(LinkId("lk"), "probe", {})
    await hub.settled()
    yield hub
    await hub.stop()
