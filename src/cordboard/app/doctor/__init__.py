"""The doctor: looks at a hub's settings, machine, network and, where it runs, at the hub itself. It changes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping

import msgspec

from cordboard.app import checked, configured, installed_protocols
from cordboard.app.doctor import hosts, machine
from cordboard.app.doctor.findings import FINDINGS, Finding, Kind, Level, fine, found
from cordboard.app.doctor.hub import of_hub, readiness
from cordboard.app.doctor.trial import tried
from cordboard.contract import Failed, Scope
from cordboard.hub.clock import RandomIds
from cordboard.hub.network.network import Network, Networks
from cordboard.model.errors import CordboardError
from cordboard.model.ids import LinkId
from cordboard.settings import LinkSettings, Settings, link_network, link_options
from cordboard.web.config import RateSettings

__all__ = ["FINDINGS", "Finding", "Kind", "Level", "examination", "examination_of_hub"]

Looked = dict[tuple[Network, hosts.Place], list[Finding]]
"""What was found at a host, by the way there."""


async def examination(
    settings: Settings, *, network: bool = True, login: bool = False
) -> AsyncIterator[Finding]:
    """Everything about these settings. `network`: go to the vendors' hosts, and ask the hub if one runs. `login`: let each link log
    in, in a hub of its own that is gone afterwards.
    """
    for finding in machine.of_settings(settings):
        yield finding
    for finding in machine.of_logins(settings):
        yield finding
    for finding in machine.of_disk(settings):
        yield finding
    for finding in await asyncio.to_thread(lambda: list(machine.of_store(settings))):
        yield finding
    running = False
    if network:
        url = _address(settings)
        said = await readiness(Network(msgspec.structs.replace(settings.network, proxy="")), url)
        findings = list(of_hub(said, url, named=False))
        running = not isinstance(said, Failed) and findings[0].code != "port-taken"
        for finding in findings:
            yield finding
    if network and not running and (lock := machine.held(settings)) is not None:
        yield lock
    if not network:
        return
    networks = Networks()
    crowds: Counter[hosts.Place] = Counter()
    looked: Looked = {}
    for link in settings.links:
        known = _addresses(settings, link)
        async for finding in _of_link(settings, link, networks, known, looked):
            yield finding
        if link.agent and known:
            crowds.update([next(iter(known))])
        if login:
            async for finding in tried(settings, link, networks, known.keys()):
                yield finding
    for finding in _crowded(crowds):
        yield finding
    if settings.web.public:
        async for finding in hosts.of_host(Network(settings.network), settings.web.public, "web.public"):
            yield finding


async def examination_of_hub(settings: Settings, url: str) -> AsyncIterator[Finding]:
    """What a hub elsewhere says of itself."""
    for finding in of_hub(await readiness(Network(settings.network), url), url, named=True):
        yield finding


def _addresses(settings: Settings, link: LinkSettings) -> Mapping[hosts.Place, str]:
    """Where a link goes. What is wrong with its settings is told elsewhere."""
    try:
        protocol = configured(installed_protocols(), settings)[link.protocol]
        scope = Scope(kind="agent" if link.agent else "tenant", link=LinkId(link.name), agent=link.agent)
        return hosts.addresses(protocol, link_options(link), scope, RandomIds())
    except (CordboardError, KeyError):
        return {}


async def _of_link(
    settings: Settings,
    link: LinkSettings,
    networks: Networks,
    known: Mapping[hosts.Place, str],
    looked: Looked,
) -> AsyncIterator[Finding]:
    """The hosts that a link goes to."""
    about = f"links.{link.name}"
    try:
        network = networks.of(link_network(settings, link))
        checked(msgspec.structs.replace(settings, links=(link,)))
    except CordboardError:
        return
    if not known:
        yield fine(about, "it goes to no host")
    for place, url in known.items():
        if (network, place) not in looked:  # a thousand agents of one vendor are a thousand links to one host
            looked[network, place] = [finding async for finding in hosts.of_host(network, url, about)]
        for finding in looked[network, place]:
            yield msgspec.structs.replace(finding, about=about)


def _crowded(crowds: Mapping[hosts.Place, int]) -> Iterator[Finding]:
    """Hosts at which more links log in than a Cordboard lets in at once, unless told otherwise."""
    usual = RateSettings()
    for place, links in crowds.items():
        if links > usual.login_burst:
            minutes = (links - usual.login_burst) / usual.login_per_minute
            yield found(
                "logins-many",
                "links",
                f"{links} log in at {place.host}:{place.port}; at a Cordboard the last after {minutes:.0f} minute(s)",
            )


def _address(settings: Settings) -> str:
    """Where the hub of these settings is reached on this machine."""
    host = settings.web.host
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared with
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web.port}"
