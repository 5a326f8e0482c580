"""What the doctor can find: a code, how bad it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from cordboard.contract import REASONS

Level = Literal["ok", "note", "warning", "error"]
"""`error`: it does not work so. `warning`: it works, and will not for ever or not for everybody. `note`: good to know."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `about`: what it is about: a setting, a link, an address. `code` is ``fine`` where nothing is wrong."""

    level: Level
    code: str
    about: str
    message: str
    fix: str = ""

    @property
    def line(self) -> str:
        """As a person reads it."""
        return (
            f"{self.level:<8}{self.about}: {self.message} [{self.code}]{' -> ' if self.fix else ''}{self.fix}"
        )


class Kind(msgspec.Struct, frozen=True):
    """What findings of one code have in common."""

    level: Level
    text: str
    fix: str


_OWN: Mapping[str, Kind] = {
    # --- configuration
    "settings-wrong": Kind(
        "error", "A setting is unknown, of the wrong type or missing: the message names it.", "Correct it."
    ),
    "credentials-missing": Kind(
        "error",
        "An option names a variable or a file for its secret, and nothing is there.",
        "Set the variable, or write the file, for the user that runs the hub.",
    ),
    "no-links": Kind(
        "warning", "The hub has no link: there is no contact centre behind it.", "Add a [[links]] table."
    ),
    "origin-wrong": Kind(
        "error",
        "An origin is not written as browsers send it: scheme and host, no path; or a pattern is not somebody's own domain.",
        "Write it as the message says.",
    ),
    "origin-insecure": Kind(
        "warning",
        "A page from an origin without TLS may use the hub: whoever is on its way can speak for it.",
        "Serve that page by https.",
    ),
    "origin-shared": Kind(
        "warning",
        "A pattern lets in pages of everybody who has a name below a domain that its owner gives names away of.",
        "Write your own origin out.",
    ),
    "origin-unused": Kind(
        "note",
        "No page of a listed origin has come since the hub started, as far as browsers tell.",
        "Compare it with what the browser shows; take it off the list if nobody needs it.",
    ),
    "origin-stranger": Kind(
        "warning",
        "Pages of an origin that is not listed tried to use the hub, and were refused.",
        "Add it to web.origins if it is yours.",
    ),
    "origins-none": Kind(
        "note",
        "No page but the hub's own may use it.",
        "Name your CRM's origin in web.origins.",
    ),
    "public-missing": Kind(
        "warning",
        "The hub listens beyond this machine, and does not know the address by which browsers reach it.",
        "Set web.public to it, with https.",
    ),
    "public-insecure": Kind(
        "warning",
        "The address for browsers has no TLS: tokens and calls are readable on their way.",
        "Put a proxy with TLS before the hub, and its address into web.public.",
    ),
    "demo-open": Kind(
        "error",
        "The demo signs people in without a password, and the hub listens beyond this machine.",
        "Empty demo.agent, or set web.host to 127.0.0.1.",
    ),
    "logins-many": Kind(
        "note",
        "Many links log in at one host, all from this machine's address when the hub starts. Vendors let in so many a minute; a Cordboard, "
        "unless told otherwise, ten at once and ten a minute. Those above wait and come later.",
        "Ask the vendor; where that is a Cordboard, raise its web.rate.login_burst and web.rate.login_per_minute.",
    ),
    "logins-few": Kind(
        "note",
        "People behind one address, as those of an office are, cannot all log in within five minutes.",
        "Raise web.rate.login_burst and web.rate.login_per_minute.",
    ),
    "logins-wrong": Kind(
        "error",
        "The accounts, the API keys or the ended logins cannot be read: nobody is let in.",
        "Mend the file that the message names, or bring back a copy.",
    ),
    "keys-wrong": Kind(
        "error",
        "The keys that sign tokens cannot be read.",
        "Mend the file, or let `cordboard token rotate` make one.",
    ),
    # --- disk and log
    "folder-missing": Kind(
        "note",
        "The data folder is not there yet; the first start makes it.",
        "Nothing, if the path is right.",
    ),
    "folder-unwritable": Kind(
        "error",
        "The hub cannot write in its data folder.",
        "Give the folder to the user that runs the hub, or name another by `data`.",
    ),
    "folder-open": Kind(
        "warning",
        "Others on this machine can look into the data folder, where the log and the keys are.",
        "chmod 700 it.",
    ),
    "disk-full": Kind(
        "error", "There is next to no space for the log.", "Make room, or shorten store.retention_days."
    ),
    "disk-low": Kind("warning", "Space for the log runs out.", "Make room, or shorten store.retention_days."),
    "disk-slow": Kind(
        "warning",
        "A sync takes so long that pages notice: nothing is shown before it is on disk.",
        "Put the data folder on a local disk, best a solid-state one.",
    ),
    "store-locked": Kind(
        "error",
        "Another process has the log open, and it is no hub that answers at the address of these settings.",
        "Stop that process, or give each hub a store.path of its own.",
    ),
    "store-damaged": Kind(
        "error",
        "Entries of the log are not what was written, or the file is no log.",
        "Keep a copy, check the disk, and start the hub: it cuts what is torn and says what.",
    ),
    "store-newer": Kind("error", "A newer Cordboard wrote the log.", "Run that version."),
    "store-torn": Kind(
        "warning",
        "Entries were once cut from the log because they were damaged. They are kept in its table `torn`.",
        "Check the disk; look at them, then delete them.",
    ),
    "store-unchecked": Kind("note", "A store of this kind is not looked into.", "Use its own tools."),
    # --- the network
    "certificate-expires": Kind(
        "warning", "A certificate runs out within three weeks.", "Have it renewed, by whoever runs that host."
    ),
    "clock-off": Kind(
        "warning",
        "This machine's clock and that host's differ by more than five seconds: times in the log and of tokens are wrong.",
        "Run a time service (chrony, systemd-timesyncd) here.",
    ),
    "clock-wrong": Kind(
        "error",
        "This machine's clock and that host's differ by more than five minutes: certificates and tokens will be refused.",
        "Set the clock, and run a time service (chrony, systemd-timesyncd) here.",
    ),
    "vendor-unwell": Kind(
        "warning", "The host answers, with an error of its own.", "Look at the vendor's status page."
    ),
    # --- a running hub
    "hub-not-running": Kind(
        "note", "No hub runs at the address of these settings.", "Start it: cordboard serve."
    ),
    "hub-unreachable": Kind("error", "No hub answers there.", "Check the address, and whether the hub runs."),
    "port-taken": Kind(
        "error", "Something else than a hub has the port of these settings.", "Stop it, or set web.port."
    ),
    "log-unwritable": Kind(
        "error",
        "The running hub cannot write its log, and takes no commands.",
        "Look at its disk and its own log.",
    ),
    "link-starting": Kind("note", "The link is on its way up.", "Ask again in a moment."),
    "link-down": Kind(
        "error",
        "The link is down and is being tried again.",
        "See the reason; with --login the hosts that its login leads to are looked at too.",
    ),
    "link-login": Kind(
        "error",
        "The vendor refuses the link's credentials. It is not tried again.",
        "Give it the right ones, and let it begin anew: cordboard link restart.",
    ),
    "link-duplicate": Kind(
        "error",
        "Somebody else is logged in at the vendor as the link's agent. It is not tried again, so that neither throws the other out for ever.",
        "Decide who may: log the other out, or let the link's options force it; then cordboard link restart.",
    ),
    "link-gave-up": Kind(
        "error",
        "The link cannot work with its settings. It is not tried again.",
        "Correct its options, and restart the hub.",
    ),
}

_OF_STATE: Mapping[str, str] = {
    "starting": "link-starting",
    "down": "link-down",
    "login": "link-login",
    "gave-up": "link-gave-up",
    "stopped": "link-down",
}

FINDINGS: Mapping[str, Kind] = MappingProxyType(
    {
        **_OWN,
        **{
            code: Kind("error", first, rest.strip())
            for code, (first, _, rest) in ((code, text.partition(". ")) for code, text in REASONS.items())
            if code != "bridge-absent"
        },
    }
)
"""Every code, those of the network (`cordboard.contract.REASONS`) included."""


def found(code: str, about: str, message: str) -> Finding:
    """A finding of this code."""
    kind = FINDINGS[code]
    return Finding(level=kind.level, code=code, about=about, message=message.rstrip("."), fix=kind.fix)


def of_down(about: str, state: str, reason: str, since: str = "") -> Finding:
    """A link that is not up, for this reason: in the words of the network where it is one of them."""
    why = REASONS.get(reason, "").partition(". ")[0].rstrip(".")
    duplicate = state == "login" and reason.startswith("duplicate-")
    told = f"{reason}{f' ({why})' if why else ''}"
    return found(
        "link-duplicate" if duplicate else _OF_STATE[state],
        about,
        f"{state} since {since}: {told}" if since else told,
    )


def fine(about: str, message: str) -> Finding:
    """Nothing is wrong with it."""
    return Finding(level="ok", code="fine", about=about, message=message)
