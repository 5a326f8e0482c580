"""How many CCP pages an agent has. The pages of other protocols are none: the panel within a CCP page is one of those."""

from __future__ import annotations

from collections.abc import Iterable

from cordboard.contract import SessionEffects, Share
from cordboard.model.ids import Subject

HERE = "streams:here"
"""The word between the pages of an agent by which each says that it is a CCP page."""


class Ccps:
    """What one page knows of the others. Whenever a page comes, each says again that it is here."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._pages: frozenset[str] = frozenset()
        self._here: set[str] = set()

    def among(self, pages: Iterable[str]) -> SessionEffects:
        """These are all of the agent's pages now, of whatever protocol."""
        before, self._pages = self._pages, frozenset(pages)
        self._here &= self._pages
        if self._pages - before:
            yield Share(subject=self._subject, name=HERE, data=b"null")

    def here(self, page: str) -> None:
        """This one is a CCP page."""
        if page in self._pages:
            self._here.add(page)

    def __len__(self) -> int:
        return len(self._here)
