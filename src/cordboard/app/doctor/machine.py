"""What can be seen without any network: settings, origins, the data folder, the disk, the log."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from msgspec.structs import replace

from cordboard.app import KEYS_VARIABLE, checked, tokens_of
from cordboard.app.doctor.findings import Finding, fine, found
from cordboard.model.errors import CallerError, CordboardError
from cordboard.settings import LinkSettings, Settings, link_options
from cordboard.store.inspection import holder, inspected
from cordboard.web.accounts import Accounts
from cordboard.web.api_keys import ApiKeys
from cordboard.web.logins import ENDED, ended
from cordboard.web.origins import checked as checked_origins

FULL_BYTES = 100 * 1024 * 1024
LOW_BYTES = 1024 * 1024 * 1024
SLOW_SECONDS = 0.02
_SYNCS = 9
_PATIENT_MINUTES = 5
_GIVEN = (
    ".force.com",
    ".salesforce.com",
    ".salesforce-sites.com",
    ".visualforce.com",
    ".dynamics.com",
    ".zendesk.com",
    ".service-now.com",
    ".github.io",
    ".gitlab.io",
    ".pages.dev",
    ".workers.dev",
    ".web.app",
    ".firebaseapp.com",
    ".herokuapp.com",
    ".netlify.app",
    ".vercel.app",
    ".azurewebsites.net",
    ".azurestaticapps.net",
    ".cloudfront.net",
    ".amazonaws.com",
    ".ngrok.io",
    ".ngrok-free.app",
    ".appspot.com",
    ".run.app",
)
"""Domains whose names their owners give to customers, or to anybody."""
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def of_settings(settings: Settings) -> Iterator[Finding]:
    """Whether a hub would start with them, and whom it would let in."""
    wrong = list(_wrong(settings))
    yield from wrong
    if not wrong:
        yield fine("settings", f"{len(settings.links)} link(s), store {settings.store.kind}")
    if not settings.links:
        yield found("no-links", "links", "there is none")
    yield from _origins(settings)


def _wrong(settings: Settings) -> Iterator[Finding]:
    # Origins have findings of their own, and so has each link.
    alone = replace(settings, web=replace(settings.web, origins=(), public=""), links=())
    try:
        checked(alone)
    except CordboardError as error:
        yield found("settings-wrong", str(error.details.get("field", "settings")), error.message)
        return
    for link in settings.links:
        if (missing := credentials(link)) is not None:
            yield missing
            continue
        try:
            checked(replace(alone, links=(link,)))
        except CordboardError as error:
            yield found("settings-wrong", f"links.{link.name}", error.message)


def credentials(link: LinkSettings) -> Finding | None:
    """What is wrong with where a link's secrets come from."""
    try:
        link_options(link)
    except CallerError as error:
        return found("credentials-missing", f"links.{link.name}", error.message)
    return None


def _origins(settings: Settings) -> Iterator[Finding]:
    web = settings.web
    beyond = web.host not in _LOCAL
    for origin in web.origins:
        try:
            checked_origins([origin], "web.origins")
        except CallerError as error:
            yield found("origin-wrong", "web.origins", error.message)
        else:
            if _bare(origin):
                yield found("origin-insecure", "web.origins", origin)
            elif (owner := _giver(origin)) is not None:
                yield found("origin-shared", "web.origins", f"{origin}: whoever has a name below {owner}")
            else:
                yield fine("web.origins", f"pages of {origin} may use the hub")
    if not web.origins:
        yield found("origins-none", "web.origins", "empty")
    if web.public:
        try:
            checked_origins([web.public], "web.public", patterns=False)
        except CallerError as error:
            yield found("origin-wrong", "web.public", error.message)
        else:
            if _bare(web.public):
                yield found("public-insecure", "web.public", web.public)
    elif beyond:
        yield found("public-missing", "web.public", f"empty, and the hub listens on {web.host}")
    if settings.demo.agent and beyond:
        yield found("demo-open", "demo.agent", f"{settings.demo.agent}, and the hub listens on {web.host}")


def _bare(origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.hostname not in _LOCAL


def _giver(origin: str) -> str | None:
    """The domain of a pattern, if its owner gives names below it to whoever comes."""
    _, pattern, domain = origin.partition("://*.")
    name = f".{domain.partition(':')[0]}"
    return name[1:] if pattern and name.endswith(_GIVEN) else None


def of_logins(settings: Settings) -> Iterator[Finding]:
    """Who may log in, and how many at once."""
    folder = settings.folder
    accounts = Accounts(folder / "accounts.json")
    try:
        people = len(accounts.names())
        ApiKeys(folder / "api-keys.json").ring()
        ended(folder / ENDED)
    except CordboardError as error:
        yield found("logins-wrong", "identity", error.message)
        return
    rate = settings.web.rate
    if rate.login_per_minute and people > rate.login_burst + _PATIENT_MINUTES * rate.login_per_minute:
        minutes = (people - rate.login_burst) / rate.login_per_minute
        yield found(
            "logins-few",
            "web.rate",
            f"{people} accounts: {rate.login_burst} at once, then {rate.login_per_minute:g} a minute, the last after {minutes:.0f} minutes",
        )


def of_disk(settings: Settings) -> Iterator[Finding]:
    """The data folder: whether it can be written, how fast, how long."""
    folder = settings.folder
    if not folder.exists():
        yield found("folder-missing", "data", str(folder))
        folder = next(parent for parent in folder.absolute().parents if parent.exists())
    elif stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield found("folder-open", "data", f"{folder} has the mode {stat.S_IMODE(folder.stat().st_mode):o}")
    try:
        seconds = _synced(folder)
    except OSError as error:
        yield found("folder-unwritable", "data", f"{folder}: {error.strerror}")
        return
    free = shutil.disk_usage(folder).free
    size = f"{free / 1024**3:.1f} GiB free"
    if free < FULL_BYTES:
        yield found("disk-full", "data", size)
    elif free < LOW_BYTES:
        yield found("disk-low", "data", size)
    speed = f"a sync takes {seconds * 1000:.1f} ms"
    if seconds > SLOW_SECONDS:
        yield found("disk-slow", "data", speed)
    elif free >= LOW_BYTES:
        yield fine("data", f"{folder} can be written, {size}, {speed}")


def _synced(folder: Path) -> float:
    """How long a sync takes, mostly."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
        for _ in range(_SYNCS):
            file.write(b"x" * 1024)
            file.flush()
            began = time.monotonic()
            os.fdatasync(file.fileno())
            taken.append(time.monotonic() - began)
    return median(taken)


def of_store(settings: Settings) -> Iterator[Finding]:
    """The log and the keys. The log may be open: nothing is changed."""
    try:
        if os.environ.get(KEYS_VARIABLE) or settings.keys_file.exists():
            tokens_of(settings).prepare()
    except CordboardError as error:
        yield found("keys-wrong", "identity", error.message)
    if settings.store.kind != "sqlite":
        yield found("store-unchecked", "store", settings.store.kind)
        return
    path = log_file(settings)
    if not path.exists():
        return
    seen = inspected(path)
    if seen.newer:
        yield found("store-newer", "store", str(path))
    elif seen.trouble:
        yield found("store-damaged", "store", f"{path}: {seen.trouble}")
    elif seen.damaged:
        yield found("store-damaged", "store", f"{path}: {seen.damaged} of the last {seen.checked} entries")
    else:
        yield fine("store", f"{seen.entries} entries of {seen.subjects} subjects, {seen.checked} checked")
    if seen.torn:
        yield found("store-torn", "store", f"{path}: {seen.torn} entries")


def log_file(settings: Settings) -> Path:
    """The file of a log of the kind `sqlite`."""
    return Path(settings.store_settings()["path"]).expanduser()


def held(settings: Settings) -> Finding | None:
    """Who has the log open, where no hub answers for it."""
    if settings.store.kind != "sqlite" or (process := holder(log_file(settings))) is None:
        return None
    return found("store-locked", "store", f"process {process or 'unknown'} has {log_file(settings)} open")
