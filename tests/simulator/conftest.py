from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.protocols.simulator import centre
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.commands import Done, Refused
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.library import builtin_centre
from cordboard.protocols.simulator.switch import Switch

Do = Callable[..., Done]
Refuse = Callable[..., str]


@pytest.fixture(scope="session")
def northquay() -> Centre:
    return centre.loads(builtin_centre())


@pytest.fixture
def switch(northquay: Centre) -> Switch:
    return Switch(northquay, now=1_000_000)


@pytest.fixture
def do(switch: Switch) -> Do:
    """Does an action that has to succeed."""

    def done(name: str, **params: object) -> Done:
        outcome = act(switch, name, params)
        assert isinstance(outcome, Done), outcome
        return outcome

    return done


@pytest.fixture
def refuse(switch: Switch) -> Refuse:
    """Does an action that has to be refused, without a trace; its code."""

    def code(name: str, **params: object) -> str:
        before = switch.journal.last
        outcome = act(switch, name, params)
        assert isinstance(outcome, Refused), outcome
        assert switch.journal.last == before
        return outcome.code

    return code
