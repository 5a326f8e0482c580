from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.contract import Store
from cordboard.model.errors import CallerError
from cordboard.store.memory import MemoryStore
from cordboard.testing.store_suite import StoreSuite


class TestMemoryStore(StoreSuite):
    durable = False

    def make_store(self, tmp_path: Path) -> Store:
        del tmp_path
        return MemoryStore.from_settings({})


def test_a_setting_that_it_does_not_have_is_named() -> None:
    with pytest.raises(CallerError) as wrong:
        MemoryStore.from_settings({"path": "log.db"})
    assert wrong.value.code == "bad-field"
    assert wrong.value.details == {"field": "store.path"}


def test_no_two_logs_share_an_epoch() -> None:
    assert MemoryStore().epoch != MemoryStore().epoch
