"""The fault catalogue has what the simulator can do, and its checks are there."""

from __future__ import annotations

import msgspec

from cordboard.protocols.simulator.doors import Fault as Switch
from cordboard.testing import LinkSuite, SessionSuite, StoreSuite
from cordboard.testing.faults import catalogue, fault
from cordboard.testing.link_suite import WIRE_FAULTS

SUITES = {kind.__name__: kind for kind in (LinkSuite, SessionSuite, StoreSuite)}


def test_each_fault_has_one_name_and_says_what_holds() -> None:
    names = [item.name for item in catalogue()]
    assert len(names) == len(set(names)) >= 15
    assert all(item.does.endswith(".") and item.holds.endswith(".") for item in catalogue())


def test_the_checks_that_it_names_are_there() -> None:
    for item in catalogue():
        if item.suite:
            suite, _, check = item.suite.partition(".")
            assert callable(getattr(SUITES[suite], check)), item


def test_the_suite_makes_faults_of_the_catalogue() -> None:
    for name in WIRE_FAULTS:
        assert fault(name).layer == "wire"


def test_whatever_the_simulator_can_break_is_in_it() -> None:
    switches = {field.name for field in msgspec.structs.fields(Switch)} - {"speed"}
    assert {item.simulator for item in catalogue() if item.simulator} == switches
