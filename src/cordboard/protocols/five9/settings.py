"""What an operator decides about this wire: ``[protocols.five9]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from cordboard.model.errors import CallerError
from cordboard.model.ids import Millis


class DataCentre(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where clients are sent after they have signed in. Without `host`: where they came to.

    `form`: `split` has the port in a field of its own, as Five9 does; `joined` has ``host:port`` as the host, for clients that leave the
    port out. Behind a proxy on 443 both are the same.
    """

    name: str = "Cordboard"
    host: str = ""
    port: int = 0
    form: Literal["split", "joined"] = "split"


class Notice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notice that each agent has to accept after signing in. `text` is HTML."""

    id: str
    title: str = ""
    text: str = ""


class SpeedDial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number under a name."""

    id: str
    number: str
    description: str = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the session end."""

    org: str = "100000"
    """The organisation's id: digits."""
    farm: str = "1"
    """The farm's id, that clients bring along: digits."""
    auth: Literal["either", "header", "cookie"] = "either"
    """Which proof of a login is taken: `Authorization: Bearer-…`, the cookies, or whichever comes."""
    browser_login: bool = False
    """Whether pages of listed origins also get in by the login that the browser keeps for the hub's own pages, such as the panel."""
    token_in_address: bool = False
    """Whether a socket may bring its token in its address, as Five9's chat widgets do. It then stands in logs of proxies."""
    duplicates: bool = True
    """Whether 30 and 31 are sent beside 3 and 5."""
    faithful: bool = False
    """Whether everything that changes while talking has the reason UPDATED, as Five9 does. A page that counts these starts a call twice."""
    transferred_then_dispositioned: bool = False
    """Whether a call that was transferred away is also told as disposed of, for pages that wait for that alone."""
    replay: bool = False
    """Whether a new socket is told the present calls once more, as 3 and 4, and those that were over within two minutes, with their 5: for
    pages that drop what they have heard before, by the session id.
    """
    statistics: Literal["pushed", "asked"] = "pushed"
    """Whether supervisors' sockets are told the statistics unasked, as Five9's own sample program expects, or after
    `request_full_statistics` only.
    """
    same_socket: Literal["allow", "old", "new"] = "allow"
    """Of two sockets of an agent with the same key: both live, or one of them is told 1020 and closed with 3000."""
    sockets: int = 0
    """How many sockets an agent may have: one more ends the oldest, with 1020 and 3000. 0 is any number; Five9's samples speak of three."""
    come_back: int = 1003
    """The close code after which clients shall come back: 1003 is what Salesforce's component waits for."""
    call_center: str = "Five9"
    """The name of the call centre in the CRM."""
    gate: str = "Five9"
    """What that name has to begin with: else nobody is let in, and no page shows an error."""
    strict: bool = True
    """Whether calls and presence are refused with 435 until the login state is WORKING."""
    select_skills: bool = False
    """Whether a login goes through SELECT_SKILLS."""
    start_state: Literal["", "RELOGIN"] = ""
    """`RELOGIN`: each new login begins there, as after a migration, and waits for `session_restart`: to try a client."""
    propagation: Millis = 0
    """For so many milliseconds after a login everything but `auth/…` is answered 401, as long as the data centre of a real Five9 may not
    know of it: to try a client.
    """
    lingering: Millis = 10_000
    """For so many milliseconds after a migration (73) a socket that was left behind is answered its pings, and told nothing. Then it is closed
    with `come_back`, for clients that do not go by themselves.
    """
    same_site: Literal["None", "Lax"] = "None"
    """Of the cookies: `None` for pages of other sites, over HTTPS; `Lax` for a try over plain HTTP in a browser."""
    data_centre: DataCentre = DataCentre()
    """Where clients are sent."""
    notices: tuple[Notice, ...] = ()
    """What each login has to accept."""
    speed_dials: tuple[SpeedDial, ...] = ()
    """Numbers under names."""
    variables: tuple[str, ...] = ()
    """Variables that clients can look up before there is a call with them: ``Group.name``."""
    version: str = "13.0.183"
    """The version that the data centre says it has."""

    @property
    def open(self) -> bool:
        """Whether the call centre is one of Five9's, by its name."""
        return self.call_center.startswith(self.gate)


def settings(found: Mapping[str, Any]) -> Settings:
    """The settings, checked. `CallerError` naming the field that is wrong."""
    try:
        told = msgspec.convert(dict(found), Settings)
    except msgspec.ValidationError as error:
        raise CallerError("bad-field", str(error), {"field": "protocols.five9"}) from None
    for name in ("org", "farm"):
        value = getattr(told, name)
        if not (value.isascii() and value.isdigit()):
            raise CallerError("bad-field", "give digits: clients read it as a number", {"field": name})
    if told.come_back not in (1000, 1001, 1003) and not 3000 <= told.come_back <= 4999:  # noqa: PLR2004 - RFC 6455
        raise CallerError("bad-field", "no such close code can be sent", {"field": "come_back"})
    for name in ("propagation", "lingering"):
        if getattr(told, name) < 0:
            raise CallerError("bad-field", "give milliseconds, or 0", {"field": name})
    if told.sockets < 0:
        raise CallerError("bad-field", "give how many, or 0 for any number", {"field": "sockets"})
    if not 0 <= told.data_centre.port <= 65_535:  # noqa: PLR2004 - TCP
        raise CallerError("bad-field", "no such port", {"field": "data_centre.port"})
    return told
