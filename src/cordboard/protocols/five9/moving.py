"""An operator's maintenance as a socket is told of it: announced, started, completed; and where everybody goes.

Five9's order is 37, 70, 1001 or 1002 with the new place, 73. Metadata names the new place from 70 on, so that who goes early arrives.
Who stays until 73 is answered pings for a while and carries nothing, until the socket is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from cordboard.contract import Maintenance
from cordboard.model.ids import Millis
from cordboard.protocols.five9 import centre, events as ids, words as w
from cordboard.protocols.five9.settings import Settings
from cordboard.protocols.five9.telling import Told


def frames(
    before: Maintenance | None, now: Maintenance, host: str, settings: Settings, at: Millis
) -> Iterator[Told]:
    """What a socket is told. `before`: what it was told last; `None`: it has just come, by the metadata that hold."""
    match now.state:
        case "announced":
            yield Told(ids.MAINTENANCE_ANNOUNCED, None, max(0, now.begins - at), broadcast=True)
        case "started":
            if before is None or before.state != "started":
                yield Told(ids.MAINTENANCE_STARTED, w.STARTED, broadcast=True)
            if before is not None or now.to is not None:
                yield _moved(now, host, settings)
        case "completed" if before is not None:
            if before.to != now.to:
                yield _moved(now, host, settings)
            yield Told(ids.MAINTENANCE_COMPLETED, w.COMPLETED, w.IDLE_MAINTENANCE, broadcast=True)
        case _:
            pass  # Five9 has no word for what was called off


def is_over(now: Maintenance) -> bool:
    """Whether a socket from before has been left behind."""
    return now.state == "completed"


def is_left(now: Maintenance | None) -> bool:
    """Whether this place has been left behind: a socket that comes has come by metadata of before."""
    return now is not None and now.state == "completed" and now.to is not None


def _moved(now: Maintenance, host: str, settings: Settings) -> Told:
    place = centre.metadata(host, settings, centre.destination(now))
    event = ids.MIGRATED_GRACEFULLY if now.graceful else ids.MIGRATED
    return Told(event, w.MIGRATION_TEXT, place, broadcast=True)
