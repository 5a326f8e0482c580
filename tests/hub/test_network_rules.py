"""What needs no network: which proxy, whose clock, which settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cordboard.hub.clock import SystemClock
from cordboard.hub.network.network import Network, Networks
from cordboard.hub.network.proxies import Proxies
from cordboard.hub.network.settings import NetworkSettings
from cordboard.model.errors import CallerError
from cordboard.settings import link_network, load, parsed

PROXY = "http://proxy.example:3128"
ENVIRONMENT = {
    "https_proxy": "http://secure.example:1",
    "HTTP_PROXY": "http://plain.example:2",
    "NO_PROXY": "inside.example, .below.example,10.0.0.0/8,[::1],192.0.2.1:8443,star.example:443",
}


@pytest.mark.parametrize(
    ("proxy", "url", "found"),
    [
        ("", "https://vendor.example/", ""),
        (PROXY, "https://vendor.example/", PROXY),
        (PROXY, "ws://direct.example/", ""),
        (PROXY, "tcp://direct.example:5222", ""),
        ("environment", "https://vendor.example/", "http://secure.example:1"),
        ("environment", "wss://vendor.example/", "http://secure.example:1"),
        ("environment", "tls://vendor.example:5223", "http://secure.example:1"),
        ("environment", "http://vendor.example/", "http://plain.example:2"),
        ("environment", "https://inside.example/", ""),
        ("environment", "https://very.inside.example/", ""),
        ("environment", "https://notinside.example/", "http://secure.example:1"),
        ("environment", "https://a.below.example/", ""),
        ("environment", "https://10.1.2.3/", ""),
        ("environment", "https://11.1.2.3/", "http://secure.example:1"),
        ("environment", "https://[::1]:8080/", ""),
        ("environment", "https://192.0.2.1:8443/", ""),
        ("environment", "https://192.0.2.1/", "http://secure.example:1"),
        ("environment", "wss://star.example/", ""),
        ("environment", "ws://star.example/", "http://plain.example:2"),
        ("environment", "https://direct.example/", ""),
    ],
)
def test_which_proxy(proxy: str, url: str, found: str) -> None:
    assert Proxies(proxy, ("direct.example",), ENVIRONMENT).of(url) == found


def test_no_proxy_for_anything() -> None:
    assert Proxies("environment", (), {**ENVIRONMENT, "no_proxy": "*"}).of("https://vendor.example/") == ""
    assert Proxies("environment", (), {"ALL_PROXY": "socks5://s.example:1080"}).of("https://v.example/") == (
        "socks5://s.example:1080"
    )
    assert Proxies("environment", (), {}).of("https://vendor.example/") == ""


@pytest.mark.parametrize(
    "address",
    ["proxy.example:3128", "ftp://proxy.example:1", "http://proxy.example", "https://proxy.example", "x"],
)
def test_a_proxy_that_is_none(address: str) -> None:
    with pytest.raises(CallerError) as refused:
        Network(NetworkSettings(proxy=address))
    assert refused.value.details == {"field": "network.proxy"}


@pytest.mark.parametrize("field", ["ca_file", "client_certificate"])
def test_a_file_that_is_no_certificate(field: str, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    for name in ("no.pem", "not-there.pem"):
        with pytest.raises(CallerError) as refused:
            Network(NetworkSettings(**{field: str(tmp_path / name)}))  # type: ignore[arg-type]
        assert refused.value.details == {"field": f"network.{field}"}
        assert name in refused.value.message


def test_links_share_their_limits() -> None:
    networks = Networks({})
    one, two = networks.of(NetworkSettings()), networks.of(NetworkSettings(connect_seconds=5))
    assert one is networks.of(NetworkSettings())
    assert one is not two
    assert one.limits is two.limits
    assert networks.of(NetworkSettings(at_once=5)).limits is not one.limits


SECOND = 1_000_000_000


class Times:
    """A machine whose wall clock is put forward and back."""

    def __init__(self) -> None:
        self.steady = 0
        self.ahead = 1_000_000 * SECOND
        self.clock = SystemClock(lambda: self.steady + self.ahead, lambda: self.steady)
        self.last = self.clock.now()

    def passed(self, seconds: float) -> float:
        """What the clock says has passed when so much has."""
        before = self.last
        self.steady += round(seconds * SECOND)
        self.last = self.clock.now()
        return (self.last - before) / 1000


def test_the_clock_never_goes_backwards() -> None:
    times = Times()
    assert times.passed(10) == 10
    times.ahead += 3600 * SECOND
    assert times.passed(1) == 3601, "put forward: followed at once"
    times.ahead -= 60 * SECOND
    assert [times.passed(10) for _ in range(12)] == [5.0] * 12, "put back: half as fast"
    assert [times.passed(10) for _ in range(2)] == [10, 10], "the wall has caught up"
    times.ahead -= 5 * SECOND
    steps = [times.passed(0.001) for _ in range(1000)]
    assert min(steps) >= 0
    assert sum(steps) == pytest.approx(0.5, abs=0.01)


def wrong(raw: Callable[[], object]) -> CallerError:
    with pytest.raises(CallerError) as refused:
        raw()
    return refused.value


def test_a_link_differs_from_the_others() -> None:
    link = {"name": "v", "protocol": "native", "network": {"connect_seconds": 3, "no_proxy": ["a.example"]}}
    settings = parsed({"network": {"connect_seconds": 4, "at_once": 7}, "links": [link]})
    assert link_network(settings, settings.links[0]) == NetworkSettings(
        connect_seconds=3, at_once=7, no_proxy=("a.example",)
    )
    error = wrong(lambda: parsed({"links": [{**link, "network": {"connect_second": 3}}]}))
    assert "did you mean connect_seconds?" in error.message
    error = wrong(lambda: parsed({"links": [{**link, "network": {"connect_seconds": 0}}]}))
    assert error.details == {"field": "links.v.network.connect_seconds"}


def test_a_proxys_password_stands_in_no_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[network]\nproxy = "http://ann:secret@proxy.example:3128"\n')
    assert "CORDBOARD_NETWORK_PROXY" in wrong(lambda: load(file, {})).message
    file.write_text(
        '[[links]]\nname = "v"\nprotocol = "native"\nnetwork.proxy = "http://ann:secret@proxy.example:3128"\n'
    )
    assert wrong(lambda: load(file, {})).details == {"field": "links.v.network.proxy"}
    address = "http://ann:secret@proxy.example:3128"
    assert load(None, {"CORDBOARD_NETWORK_PROXY": address}).network.proxy == address
