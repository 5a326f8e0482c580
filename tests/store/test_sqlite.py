from __future__ import annotations

from pathlib import Path

from cordboard.contract import Store
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.store_suite import StoreSuite


class TestSqliteStore(StoreSuite):
    def make_store(self, tmp_path: Path) -> Store:
        return SqliteStore.from_settings({"path": str(tmp_path / "log.db")})
