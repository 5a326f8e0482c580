"""The composition root: protocols, store, hub and web edge put together, started and stopped in order."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import structlog

from cordboard.contract import Configurable, CtiProtocol, Ids, Scope, Store
from cordboard.hub.channels import Channels
from cordboard.hub.clock import Clock, RandomIds, SystemClock
from cordboard.hub.hub import Hub, Ways
from cordboard.hub.network.network import Network, Networks
from cordboard.model.errors import CallerError, InternalError
from cordboard.model.ids import LinkId
from cordboard.settings import LinkSettings, Settings, link_network, link_options, protocol_options
from cordboard.web.accounts import Accounts
from cordboard.web.api_keys import ApiKeys
from cordboard.web.edge import Edge
from cordboard.web.identity import Identities
from cordboard.web.limits import Buckets
from cordboard.web.logins import ENDED, Logins
from cordboard.web.origins import checked as checked_origins
from cordboard.web.tokens import Tokens, key_file, key_text

DAY = 24 * 60 * 60 * 1000
KEYS_VARIABLE = "CORDBOARD_TOKEN_KEYS"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """A running Cordboard."""

    settings: Settings
    hub: Hub
    edge: Edge
    identities: Identities
    tokens: Tokens

    @property
    def url(self) -> str:
        """Where it is reached, from this machine at least."""
        host = self.settings.web.host
        name = "127.0.0.1" if host in {"", "0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared with
        return self.settings.web.public or f"http://{name}:{self.edge.port}"


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    protocols: Mapping[str, CtiProtocol] | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
    ways: Ways | None = None,
) -> AsyncIterator[App]:
    """A Cordboard that runs as long as the context. `CallerError` if the settings do not work out.

    `protocols`: those to use in place of all installed ones. `ways`: what links reach their vendors by, if not the network.
    """
    clock = clock or SystemClock()
    folder = private_folder(settings)
    hub = Hub(
        store_of(settings),
        clock=clock,
        ids=ids or RandomIds(),
        protocols=configured(installed_protocols() if protocols is None else protocols, settings),
        rules=settings.rules,
        texts=settings.hub.texts,
        retention=settings.store.retention_days * DAY,
        record=settings.hub.record,
        ways=ways or Channels,
    )
    networks = Networks()
    tokens = tokens_of(settings)
    tokens.prepare()
    rate = settings.web.rate
    accounts, keys = Accounts(folder / "accounts.json"), ApiKeys(folder / "api-keys.json")
    identities = Identities(
        settings.identity,
        tokens=tokens,
        accounts=accounts,
        keys=keys,
        logins=Logins(folder / ENDED, settings.identity, accounts=accounts, keys=keys, clock=clock),
        tries=Buckets(rate.login_per_minute / 60, rate.login_burst, asyncio.get_running_loop().time),
        clock=clock,
        demo_agent=settings.demo.agent,
    )
    edge = Edge(hub, settings.web, identities)
    await hub.start()
    try:
        for link in settings.links:
            network = networks.of(link_network(settings, link))
            options = _options(link, hub.ids)
            await hub.add_link(
                LinkId(link.name),
                link.protocol,
                options,
                _scope(link),
                ways or partial(Channels, network=network),
                anew=partial(_options_anew, link, options),
            )
        await hub.forget_others()
        await edge.start()
        try:
            yield App(settings=settings, hub=hub, edge=edge, identities=identities, tokens=tokens)
        finally:
            await edge.stop()
    finally:
        await hub.stop()


async def serve(
    settings: Settings,
    ready: Callable[[App], None],
    *,
    beside: Callable[[App], Coroutine[Any, Any, None]] | None = None,
    ways: Ways | None = None,
) -> None:
    """Run until SIGTERM or SIGINT. `ready` is called once requests are taken; `beside` runs along, and is cancelled at the end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(settings, ways=ways) as app:
        # One full collection with thousands of pages connected stops the loop for most of a second: what is here now
        # stays, and what comes later is looked through more rarely.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()  # whoever started us may have switched it off until now
        _log.info("ready", port=app.edge.port, links=len(app.hub.links), protocols=sorted(app.hub.protocols))
        ready(app)
        companion = loop.create_task(beside(app)) if beside is not None else None
        await stop.wait()
        _log.info("stopping")
        if companion is not None:
            companion.cancel()


def checked(settings: Settings) -> None:
    """Try out all that can be tried without starting anything. `CallerError` naming the setting that is wrong."""
    protocols = configured(installed_protocols(), settings)
    ids = RandomIds()
    store_of(settings)
    checked_origins(settings.web.origins, "web.origins")
    checked_origins([settings.web.public] if settings.web.public else [], "web.public", patterns=False)
    for link in settings.links:
        protocol = protocols.get(link.protocol)
        if protocol is None:
            known = ", ".join(sorted(protocols))
            raise CallerError(
                "bad-field",
                f"links.{link.name}.protocol: no protocol {link.protocol!r} is installed, only {known}",
                {"field": f"links.{link.name}.protocol"},
            )
        protocol.link(_options(link, ids), _scope(link), ids)
        Network(link_network(settings, link))


def installed_protocols(package: str = "") -> dict[str, CtiProtocol]:
    """All installed CTI protocols by name, ours found like anyone's. `package`: only what this distribution brings."""
    return {protocol.name: protocol for protocol in _loaded("cordboard.protocols", package).values()}


def configured(protocols: Mapping[str, CtiProtocol], settings: Settings) -> dict[str, CtiProtocol]:
    """The protocols, each with its own settings if there are any. `CallerError` naming the setting that is wrong."""
    found = dict(protocols)
    for name, options in protocol_options(settings).items():
        protocol: object = found.get(name)
        if not isinstance(protocol, Configurable):
            known = ", ".join(sorted(key for key, item in found.items() if isinstance(item, Configurable)))
            raise CallerError(
                "bad-field",
                f"protocols.{name}: there is no protocol {name!r} with settings, only: {known or 'none at all'}",
                {"field": f"protocols.{name}"},
            )
        try:
            found[name] = protocol.configured(options)
        except CallerError as error:
            field = f"protocols.{name}.{error.details.get('field', '')}".rstrip(".")
            raise CallerError(error.code, f"{field}: {error.message}", {"field": field}) from None
    return found


def store_of(settings: Settings) -> Store:
    """The store that the settings name, not yet open. `CallerError` naming the field."""
    kind = settings.store.kind
    found = entry_points(group="cordboard.stores", name=kind)
    if not found:
        known = ", ".join(sorted(entry_points(group="cordboard.stores").names))
        raise CallerError(
            "bad-field", f"store.kind: no store {kind!r} is installed, only {known}", {"field": "store.kind"}
        )
    store: Store = next(iter(found)).load().from_settings(settings.store_settings())
    return store


def tokens_of(settings: Settings, environment: Mapping[str, str] = os.environ) -> Tokens:
    """What signs and verifies tokens, with the keys of the environment, of the file named, or of the data folder."""
    if text := environment.get(KEYS_VARIABLE):
        return Tokens(key_text(text))
    return Tokens(key_file(settings.keys_file))


def private_folder(settings: Settings) -> Path:
    """The data folder, made if it is not there, readable for its owner alone."""
    folder = settings.folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CallerError(
            "bad-field", f"data: cannot make {folder}: {error.strerror}", {"field": "data"}
        ) from None
    return folder


def _scope(link: LinkSettings) -> Scope:
    return Scope(kind="agent" if link.agent else "tenant", link=LinkId(link.name), agent=link.agent)


def _options(link: LinkSettings, ids: Ids) -> dict[str, Any]:
    """What the link is made with. A simulated centre is made once, so that its calls outlive a link that is lost."""
    options = link_options(link)
    if link.protocol == "simulator":
        from cordboard.protocols.simulator import new_floor  # noqa: PLC0415 - only who simulates loads it

        options["floor"] = new_floor(options, ids)
    return options


def _options_anew(link: LinkSettings, before: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its secrets read again: a file may hold another one by now."""
    return {**before, **link_options(link)}


def _loaded(group: str, package: str = "") -> dict[str, Any]:
    found = {}
    for point in entry_points(group=group):
        if package and (point.dist is None or point.dist.name != package):
            continue
        try:
            found[point.name] = point.load()
        except (ImportError, AttributeError) as error:
            package = point.dist.name if point.dist is not None else "?"
            raise InternalError(
                "internal", f"cannot load {group} {point.name!r} of package {package}: {error}"
            ) from error
    return found
