"""A process that appends to a store until it is killed: ``python -m cordboard.testing.store_writer FILE CLASS FOLDER``.

FILE and CLASS name a subclass of `StoreSuite`, which makes the store. For each append that returned, a line goes to
standard output: the receipts of its entries, as JSON.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from itertools import count
from pathlib import Path
from typing import Protocol, cast

import msgspec

from cordboard.contract import Store
from cordboard.model.events import NoteTaken
from cordboard.model.ids import ContactId, Subject, agent_subject
from cordboard.model.log import draft

WRITERS = 8


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that an entry was acknowledged."""

    subject: Subject
    seq: int
    sum: str


class Maker(Protocol):
    """What of `StoreSuite` is needed here."""

    def make_store(self, tmp_path: Path) -> Store:
        """A store in this folder, not open."""
        ...


def suite(file: str, name: str) -> Maker:
    """The suite of this name in this file."""
    spec = importlib.util.spec_from_file_location("store_under_test", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["store_under_test"] = module
    spec.loader.exec_module(module)
    found: object = module
    for part in name.split("."):
        found = getattr(found, part)
    return cast("type[Maker]", found)()


async def write(store: Store) -> None:
    """Append with several writers at once and tell of each append that returned."""
    await store.open(lambda _: None)

    async def endlessly(number: int) -> None:
        own, common = agent_subject(f"writer-{number}"), agent_subject("common")
        for turn in count():
            event = NoteTaken(contact=ContactId(f"contact-{number}"), text=f"{turn} " * (turn % 50))
            entries = await store.append([draft(own, event, turn), draft(common, event, turn)])
            receipts = [Receipt(subject=entry.subject, seq=entry.seq, sum=entry.sum) for entry in entries]
            sys.stdout.buffer.write(msgspec.json.encode(receipts) + b"\n")
            sys.stdout.buffer.flush()

    await asyncio.gather(*(endlessly(number) for number in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(write(suite(sys.argv[1], sys.argv[2]).make_store(Path(sys.argv[3]))))
