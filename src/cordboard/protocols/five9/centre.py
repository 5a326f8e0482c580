"""The data centre that clients find when they sign in: ourselves, or whatever the operator says."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from cordboard.contract import LOGIN_COOKIE, Cookie, Elsewhere, Identity, Maintenance
from cordboard.protocols.five9 import wire
from cordboard.protocols.five9.settings import Settings

AUTHORIZATION, FARM, ROUTE_KEY, SESSION = "Authorization", "farmId", "apiRouteKey", "f9-sessionId"
COOKIES = (AUTHORIZATION, FARM, ROUTE_KEY, SESSION)
_HTTPS = "443"
_KEY = "CORDBOARD"


def destination(maintenance: Maintenance | None) -> Elsewhere | None:
    """Where clients are to go, once maintenance has started; `None`: they are right here."""
    if maintenance is None or maintenance.state not in ("started", "completed"):
        return None
    return maintenance.to


def metadata(host: str, settings: Settings, to: Elsewhere | None = None) -> wire.Metadata:
    """Where to go. `host`: the caller's own ``Host`` header. `to`: where everybody is sent."""
    place = _address(host, settings) if to is None else _placed(to.host, str(to.port), settings)
    name = place.host if place.port == _HTTPS or ":" in place.host else f"{place.host}:{place.port}"
    return wire.Metadata(
        freedom_url=f"https://{name}",
        data_centers=(
            wire.DataCenter(
                name=settings.data_centre.name,
                active=True,
                ui_urls=(place,),
                api_urls=(place,),
                login_urls=(place,),
            ),
        ),
    )


def login(
    token: str, identity: Identity, host: str, settings: Settings, to: Elsewhere | None = None
) -> wire.Login:
    """The answer to who has signed in."""
    place = metadata(host, settings, to)
    return wire.Login(
        token_id=token,
        session_id=_session(token),
        org_id=settings.org,
        user_id=user_id(identity),
        context=wire.LoginContext(
            cloud_client_url=f"{place.freedom_url}/",
            cloud_token_url=f"{place.freedom_url}/",
            farm_id=settings.farm,
        ),
        metadata=place,
    )


def user_id(identity: Identity) -> str:
    """Whose login it is: an agent's id, else what the account is called."""
    return identity.agent or identity.subject


def cookies(token: str, settings: Settings) -> tuple[Cookie, ...]:
    """The cookies of a login. They are this host's alone."""
    values = {
        AUTHORIZATION: wire.BEARER + token,
        FARM: settings.farm,
        ROUTE_KEY: _KEY,
        SESSION: _session(token),
    }
    return tuple(
        Cookie(name=name, value=value, same_site=settings.same_site) for name, value in values.items()
    )


def crumbs(settings: Settings) -> tuple[Cookie, ...]:
    """What is left of them after a logout."""
    return tuple(Cookie(name=name, value="", max_age=0, same_site=settings.same_site) for name in COOKIES)


def proof(
    headers: Mapping[str, str], brought: Mapping[str, str], query: Mapping[str, str], settings: Settings
) -> str:
    """The token of a request or of a socket, by whichever way the operator allows; empty if there is none."""
    found = ""
    if settings.auth != "cookie":
        found = wire.token_of(headers.get("authorization", ""))
    if not found and settings.auth != "header":
        value = brought.get(AUTHORIZATION, "").strip('"')
        found = wire.token_of(value) or ("" if value.startswith(wire.BEARER) else value)
    if not found and settings.token_in_address:
        found = wire.token_of(query.get(AUTHORIZATION, ""))
    return found


def kept(brought: Mapping[str, str], settings: Settings) -> str:
    """The login that the browser keeps for the hub's own pages, where it is good for others' as well."""
    return brought.get(LOGIN_COOKIE, "") if settings.browser_login else ""


def _address(host: str, settings: Settings) -> wire.Address:
    """`host` may have a port; an IPv6 address stands in brackets."""
    told = settings.data_centre
    name, port = _split(host)
    name, port = (told.host, str(told.port or _HTTPS)) if told.host else (name, str(told.port or port))
    return _placed(name, port, settings)


def _placed(name: str, port: str, settings: Settings) -> wire.Address:
    if settings.data_centre.form == "joined" and port != _HTTPS:
        name = f"{name}:{port}"
    return wire.Address(host=name, port=port, route_key=_KEY, version=settings.version)


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    if colon and port.isascii() and port.isdigit() and (not name.startswith("[") or name.endswith("]")):
        return name, port
    return host or "localhost", _HTTPS


def _session(token: str) -> str:
    """Of the login, and of no call: 64 hexadecimal digits from which nobody finds the token."""
    return sha256(token.encode()).hexdigest()
