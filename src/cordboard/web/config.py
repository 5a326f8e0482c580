"""The settings of the web edge. `cordboard.settings` puts them together with the others."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=0, le=65_535)]
Count = Annotated[int, Meta(ge=0)]
AtLeastOne = Annotated[int, Meta(ge=1)]


class RateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one caller may ask. Each limit is a bucket that holds `burst` and refills at `per_second`; 0 switches it off."""

    address_per_second: Annotated[float, Meta(ge=0)] = 200.0
    """Requests and new sockets from one address. A call centre behind one address reconnects all at once."""
    address_burst: AtLeastOne = 4000
    """How many of them at once."""
    identity_per_second: Annotated[float, Meta(ge=0)] = 50.0
    """Requests of one signed-in caller."""
    identity_burst: AtLeastOne = 500
    """How many of them at once."""
    login_per_minute: Annotated[float, Meta(ge=0)] = 10.0
    """Logins tried from one address, and for one name."""
    login_burst: AtLeastOne = 10
    """How many of them at once."""
    frames_per_second: Annotated[float, Meta(ge=0)] = 500.0
    """Frames of one socket (another hub may be behind it). Past it the socket is read more slowly; nothing is refused."""
    frames_burst: AtLeastOne = 2000
    """How many of them at once."""


class WebSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The HTTP server."""

    host: str = "127.0.0.1"
    """The address to listen on; `0.0.0.0` for all of the machine's."""
    port: Port = 8765
    """The port to listen on; 0 takes a free one."""
    reuse_port: bool = False
    """Let several processes listen on the same port; the kernel shares connections out among them."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may connect, call and embed ours: exactly as browsers send them (`https://crm.example`), or all below a domain
    (`https://*.crm.example`)."""
    public: str = ""
    """The origin under which browsers reach this hub if that is not the address it listens on (a proxy before it)."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose `X-Forwarded-For` is believed."""
    metrics: bool = True
    """Serve `/metrics` for Prometheus."""
    heartbeat: Annotated[float, Meta(ge=1, le=300)] = 20.0
    """Seconds between the pings that find dead sockets."""
    backlog: Annotated[int, Meta(ge=4096)] = 1024 * 1024
    """Bytes that may wait for one page; past it the page is closed as too slow, and recovers by its position."""
    reply_timeout: Annotated[float, Meta(gt=0, le=600)] = 60.0
    """Seconds after which a request that got no reply is answered with 504."""
    session_idle: Annotated[float, Meta(ge=1)] = 1800.0
    """Seconds after which a session that lives over many HTTP requests is forgotten."""
    rate: RateSettings = RateSettings()
    """Rate limits."""


class IdentitySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tokens and logins."""

    token_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 900
    """How long a token lives if its maker asks for nothing else."""
    token_seconds_max: Annotated[int, Meta(ge=10, le=2_592_000)] = 86_400
    """The longest life of a token that anyone may ask for."""
    login_seconds: Annotated[int, Meta(ge=60)] = 43_200
    """How long a login can be carried on by renewing its token; then the password is asked again."""
    keys_file: str = ""
    """File with the keys that sign tokens (see `cordboard token rotate`). Empty: `token-keys.json` in the data folder, made at
    the first start. The environment variable `CORDBOARD_TOKEN_KEYS` (`<id>:<secret>,<id>:<secret>`) goes before both."""


LogForm = Literal["console", "json"]
