"""The part of a suite that plays recordings: what a link or session was told once, told again in every way.

A recording is ``recordings/<story>.jsonl``; beside it stands ``<story>.expected.jsonl``, what came of it. ``pytest --accept`` writes
that file anew, and a review reads what has changed.
"""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from cordboard.contract import (
    Answer,
    Closed,
    CtiProtocol,
    Down,
    Emit,
    Link,
    LinkEffect,
    LinkEffects,
    LinkFrame,
    Open,
    Received,
    Request,
    Scope,
    Settle,
    Wake,
)
from cordboard.hub.clock import RandomIds
from cordboard.kit import recording as r
from cordboard.model.fold import fold, initial
from cordboard.model.ids import Subject
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from cordboard.testing.garbage import GARBAGE
from cordboard.testing.tiers import promise_of, wrong_with_promise
from cordboard.testing.vendor import CUT

NONE = "(none)"
"""Stands for a recording where there is none yet."""


def folder(protocol: CtiProtocol) -> Path:
    """Where a protocol's code is, with its ``protocol.toml`` and its recordings beside it."""
    return Path(inspect.getfile(type(protocol))).parent


def kept_promise(protocol: CtiProtocol) -> list[str]:
    """What a protocol claims and is not so."""
    where = folder(protocol)
    return wrong_with_promise(promise_of(where), protocol, recordings(where / "recordings").values())


def stories(where: Path) -> list[str]:
    """The stories that are recorded in a folder."""
    names = [path.stem for path in sorted(where.glob("*.jsonl"))]
    return [name for name in names if not name.endswith(".expected")]


def recordings(where: Path) -> dict[str, r.Recording]:
    """The recordings in a folder, by story."""
    return {
        story: r.loads((where / f"{story}.jsonl").read_text(encoding="utf-8")) for story in stories(where)
    }


def compared(where: Path, story: str, text: str, *, accept: bool) -> None:
    """Hold what came of a recording against its golden file, or write that."""
    path = where / f"{story}.expected.jsonl"
    if accept:
        path.write_text(text, encoding="utf-8")
        return
    assert path.exists(), (
        f"{path.name} is missing: `pytest --accept` writes it, and you read whether it is right"
    )
    golden = path.read_text(encoding="utf-8")
    if golden != text:
        lines = zip(golden.split("\n"), text.split("\n"), strict=False)
        differing = next(((old, new) for old, new in lines if old != new), ("(its length)", "(its length)"))
        raise AssertionError(
            f"{story}: what comes of the recording is not what was accepted.\n  accepted: {differing[0][:600]}\n"
            f"  now:      {differing[1][:600]}\nIf that is as it should be: `pytest --accept`, and look at the diff"
        )


class RecordedLink:
    """Checks on the recordings of a link. `LinkSuite` has them."""

    protocol: ClassVar[CtiProtocol]
    scope: ClassVar[Scope]
    recordings: ClassVar[Path | None] = None
    """The folder of the recordings, if it is not `recordings` beside the protocol's code."""

    def recorded_settings(self, provenance: r.Provenance) -> Mapping[str, Any]:
        """Settings for playing a recording: the recorded ones, with the secrets that were left out of them."""
        return provenance.settings

    async def test_a_recording_comes_to_what_was_accepted(self, recording: str, accept: bool) -> None:  # noqa: FBT001 - a fixture
        found = self._recording(recording)
        text = r.golden(r.play_link(self._recorded_link(found), map(r.for_link, found.steps)))
        compared(self._folder(), recording, text, accept=accept)

    async def test_a_recording_comes_to_the_same_twice(self, recording: str) -> None:
        found = self._recording(recording)
        steps = _told(found.steps)
        once, again = self._played(found, steps), self._played(found, steps)
        assert once == again, (
            "the same frames came to something else: nothing but frames and the injected `Ids` may count"
        )

    async def test_a_recording_with_each_frame_doubled_ends_in_the_same_state(self, recording: str) -> None:
        found = self._recording(recording)
        steps = _told(found.steps)
        end = _folded(self._played(found, steps))
        for number, step in enumerate(found.steps):
            if not _received(step):
                continue
            effects = self._played(found, [*steps[: number + 1], *steps[number:]])
            assert _folded(effects) == end, (
                f"step {number + 1}, doubled, ends in another state: drop what was had before"
            )
            _settled_once(effects, f"step {number + 1}, doubled")

    async def test_a_recording_cut_at_each_frame_ends_the_link_properly(self, recording: str) -> None:
        found = self._recording(recording)
        steps = _told(found.steps)
        for number in range(1, len(steps) + 1):
            channels = _open_channels(found.steps[:number])
            link = self._recorded_link(found)
            before = [effect for part in r.play_link(link, steps[:number]) for effect in part]
            closed = [
                Closed(channel=channel, code=CUT, reason="cut", at=found.steps[number - 1].at)
                for channel in channels
            ]
            after = [effect for frame in closed for effect in link.receive(frame)]
            where = f"cut after step {number}"
            _settled_once([*before, *after], where)
            downs = sum(isinstance(effect, Down) for effect in (*before, *after))
            assert downs <= 1, f"{where}: `Down` came {downs} times"
            if any(isinstance(effect, Down) for effect in before):
                continue  # it was over already, and what is open is the driver's to close
            assert not channels or any(
                isinstance(effect, Down | Open | Wake | Request) for effect in after
            ), (
                f"{where}: what was open is closed, and the link neither goes `Down` nor does anything about it"
            )

    async def test_a_recording_with_garbage_between_never_raises(self, recording: str) -> None:
        found = self._recording(recording)
        channels = {
            step.frame["channel"]: None
            for step in found.steps
            if isinstance(step, r.Heard) and "channel" in step.frame
        }
        steps: list[Callable[[Link], LinkEffects]] = []
        for number, (step, tell) in enumerate(zip(found.steps, _told(found.steps), strict=True)):
            garbage = GARBAGE[number % len(GARBAGE)]
            steps.append(tell)
            steps += [_hearing(Received(channel=channel, data=garbage, at=step.at)) for channel in channels]
        _settled_once(self._played(found, steps), "with garbage between")

    def recording_names(self) -> list[str]:
        """The stories that are recorded."""
        return stories(self._folder()) or [NONE]

    def _folder(self) -> Path:
        return self.recordings or folder(self.protocol) / "recordings"

    def _recording(self, name: str) -> r.Recording:
        if name == NONE:
            pytest.skip(
                f"nothing is recorded yet: `cordboard record` makes recordings, {self._folder().name}/ takes them"
            )
        return recordings(self._folder())[name]

    def _recorded_link(self, found: r.Recording) -> Link:
        scope = found.provenance.scope or self.scope
        return self.protocol.link(self.recorded_settings(found.provenance), scope, RandomIds(1))

    def _played(self, found: r.Recording, steps: Sequence[Callable[[Link], LinkEffects]]) -> list[LinkEffect]:
        return [effect for part in r.play_link(self._recorded_link(found), steps) for effect in part]


def _folded(effects: Sequence[LinkEffect]) -> dict[Subject, SubjectState]:
    """What the facts come to, without places and times."""
    states: dict[Subject, SubjectState] = {}
    for effect in effects:
        if isinstance(effect, Emit):
            before = states.get(effect.subject, initial(effect.subject))
            states[effect.subject] = fold(
                before, placed(draft(effect.subject, effect.event, 0), before.seq + 1)
            )
    return {name: _timeless(state) for name, state in states.items()}


def _timeless(state: SubjectState) -> SubjectState:
    return replace(state, seq=0, at=0, cursors={})


def _received(step: r.Step) -> bool:
    return isinstance(step, r.Heard) and step.frame["type"] == Received.__name__


def _told(steps: Sequence[r.Step]) -> list[Callable[[Link], LinkEffects]]:
    return [r.for_link(step) for step in steps]


def _hearing(frame: LinkFrame) -> Callable[[Link], LinkEffects]:
    return lambda link: link.receive(frame)


def _open_channels(steps: Sequence[r.Step]) -> list[str]:
    """The channels that are open after the steps."""
    found: dict[str, None] = {}
    for step in steps:
        match step:
            case r.Heard(frame={"type": "Opened", "channel": str(channel)}):
                found[channel] = None
            case r.Heard(frame={"type": "Closed", "channel": str(channel)}):
                found.pop(channel, None)
            case _:
                pass
    return list(found)


def _settled_once(effects: Sequence[LinkEffect], when: str) -> None:
    idents = Counter(
        effect.command if isinstance(effect, Settle) else effect.ask
        for effect in effects
        if isinstance(effect, Settle | Answer)
    )
    twice = sorted(ident for ident, count in idents.items() if count > 1)
    assert not twice, f"{when}: {twice} were settled or answered more than once: exactly once, now or later"
