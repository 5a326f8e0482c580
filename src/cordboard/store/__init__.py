"""The log's stores: memory, for tests and trials, and SQLite, the default. Found by the entry point ``cordboard.stores``."""
