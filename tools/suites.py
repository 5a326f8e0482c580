"""The reference of the suites: their checks, the faults that they try, and what each of our protocols promises and proves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from cordboard.app import installed_protocols
from cordboard.testing import LinkSuite, SessionSuite, StoreSuite
from cordboard.testing.faults import catalogue
from cordboard.testing.recorded import folder, recordings
from cordboard.testing.tiers import promise_of


def suites_page() -> Iterator[str]:
    """The suites, the faults, the tiers."""
    yield "# The suites"
    yield ""
    yield (
        "`cordboard.testing` has a suite for each thing that others can build. A subclass says what is tried; every check below is "
        "a test of pytest's. [How your protocol is tested](../how-to/test-your-protocol.md) tells how to use them."
    )
    for suite in (LinkSuite, SessionSuite, StoreSuite):
        yield ""
        yield f"## {suite.__name__}"
        yield ""
        yield (inspect.getdoc(suite) or "").replace("\n", " ").replace("  ", "\n\n")
        yield ""
        yield from (f"- {_sentence(name)}" for name in _checks(suite))
    yield ""
    yield "## The fault catalogue"
    yield ""
    yield "What is tried, as data: `cordboard/testing/faults.toml`. In the last column: how the [simulator](simulator.md) makes it."
    yield ""
    yield "| Fault | Where | What goes wrong | What holds afterwards | Simulator |"
    yield "|---|---|---|---|---|"
    for item in catalogue():
        switch = f"`{item.simulator}`" if item.simulator else ""
        yield f"| `{item.name}` | {item.layer} | {item.does} | {item.holds} | {switch} |"
    yield ""
    yield "## Tiers"
    yield ""
    yield (
        "**Bronze**: the suites pass. **Silver**: it declares its limits, and a third party's client or server has run against each of "
        "its ends. **Gold**: its link has a recording of the real vendor; sessions cannot be recorded yet. **Platinum**: it was proven against a live tenant in this "
        "release. A test holds each `protocol.toml` against what there is."
    )
    yield ""
    yield "| Protocol | Tier | Built | Recordings | Who else has run against it |"
    yield "|---|---|---|---|---|"
    yield from _protocols()


def _protocols() -> Iterator[str]:
    for name, protocol in sorted(installed_protocols("cordboard").items()):
        where = folder(protocol)
        promise = promise_of(where)
        ends = [end for end in ("link", "session") if getattr(promise, end) is not None]
        kept = [
            f"{story} ({found.provenance.source})"
            for story, found in recordings(where / "recordings").items()
        ]
        proofs = "; ".join(item.what for item in promise.proof)
        yield f"| `{name}`: {promise.title} | {promise.tier} | {' and '.join(ends)} | {', '.join(kept)} | {proofs} |"


def _checks(suite: type) -> list[str]:
    return [name for kind in reversed(suite.__mro__) for name in vars(kind) if name.startswith("test_")]


def _sentence(name: str) -> str:
    text = name.removeprefix("test_").replace("_", " ").replace(" io", " I/O")
    return text[0].upper() + text[1:]
