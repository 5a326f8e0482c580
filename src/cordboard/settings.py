"""Settings: one TOML file and the environment, into typed structs; what is wrong is named with its fix.

The environment goes before the file: ``CORDBOARD_WEB_PORT=9000`` sets ``web.port``, ``CORDBOARD_WEB_RATE_LOGIN_BURST`` sets
``web.rate.login_burst``, lists are joined by commas. Links and protocols stand in the file only. Secrets stand in neither: an
option ``token_env = "NAME"`` takes ``token`` from the environment, ``token_file = "path"`` from a file.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import os
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from cordboard.hub.dispatch import Rules
from cordboard.hub.network.settings import NetworkSettings
from cordboard.model.errors import CallerError
from cordboard.web.bodies import complaint
from cordboard.web.config import IdentitySettings, WebSettings

PREFIX = "CORDBOARD_"
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log."""

    kind: str = "sqlite"
    """Which store: `sqlite`, `memory` (gone with the process), or one that another package brings."""
    path: str = ""
    """The file of the log. Empty: `log.db` in the data folder. For `sqlite` only."""
    retention_days: Annotated[int, Meta(ge=0)] = 0
    """How long entries are kept; 0 for ever."""
    options: dict[str, Any] = {}
    """What a store of another package wants to know."""


class HubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules of the hub."""

    deny: tuple[str, ...] = ()
    """Numbers that may not be dialled, as shell patterns (`+1900*`)."""
    allow: tuple[str, ...] = ()
    """If there are any: only numbers like these may be dialled."""
    texts: dict[str, str] = {}
    """Named texts that pages can ask for."""
    record: Annotated[int, Meta(ge=0, le=1_000_000)] = 1000
    """How much the flight recorder holds, in memory: so many frames, entries and commands, for the inspector. 0 switches it off.
    The demo holds 5000."""


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Cordboard writes to standard error about itself. No numbers, names, attached data or tokens are in it."""

    form: Literal["console", "json"] = "console"
    """For people, or one JSON object a line."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """How much."""


class DemoSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For trying Cordboard on one's own machine. Never switch it on where others can log in to the machine."""

    agent: str = ""
    """Whom the demo pages sign in without a password, from this machine only. Empty: nobody."""


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One link to a contact centre."""

    name: Name
    """What the link is called, in logs, metrics and addresses."""
    protocol: str
    """The CTI protocol that it speaks."""
    agent: str = ""
    """The agent whose login it is. Empty: it serves a whole tenant."""
    options: dict[str, Any] = {}
    """What the protocol wants to know. `<option>_env` and `<option>_file` say where a secret is taken from."""
    network: dict[str, Any] = {}
    """Where this link's way to its vendor differs from `[network]`: the same names."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it."""

    data: str = ".data"
    """The folder for the log, accounts, API keys and signing keys."""
    protocols: dict[str, dict[str, Any]] = {}
    """What a protocol's sessions want to know, in a table of its name. Only some want to know anything."""
    web: WebSettings = WebSettings()
    """The HTTP server."""
    identity: IdentitySettings = IdentitySettings()
    """Tokens and logins."""
    store: StoreSettings = StoreSettings()
    """The log."""
    hub: HubSettings = HubSettings()
    """Rules of the hub."""
    log: LogSettings = LogSettings()
    """What Cordboard writes about itself."""
    demo: DemoSettings = DemoSettings()
    """For trying it out."""
    network: NetworkSettings = NetworkSettings()
    """How links reach their vendors."""
    links: tuple[LinkSettings, ...] = ()
    """The links to contact centres."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data).expanduser()

    @property
    def keys_file(self) -> Path:
        """The file with the keys that sign tokens."""
        return Path(self.identity.keys_file or self.folder / "token-keys.json").expanduser()

    @property
    def rules(self) -> Rules:
        """The dialling rules."""
        return Rules(allow=self.hub.allow, deny=self.hub.deny)

    def store_settings(self) -> Mapping[str, Any]:
        """What the store is made with."""
        path = self.store.path or (str(self.folder / "log.db") if self.store.kind == "sqlite" else "")
        return {**({"path": path} if path else {}), **self.store.options}


def load(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the file (if there is one) and the environment. `CallerError` naming the field and the fix."""
    raw: dict[str, Any] = {}
    if file is not None:
        try:
            raw = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise CallerError("not-found", f"cannot read {file}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CallerError("bad-field", f"{file} is not TOML: {error}", {"field": "(file)"}) from None
        _refuse_password(raw)
    for path, value in _from_environment(environment, _named_variables(raw)):
        table = raw
        for part in path[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise CallerError("bad-field", f"{part} is a table", {"field": ".".join(path)})
        table[path[-1]] = value
    return parsed(raw)


def parsed(raw: Mapping[str, Any]) -> Settings:
    """Settings from plain values. `CallerError` naming the field and the fix."""
    _refuse_unknown(raw)
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        text, field = complaint(error)
        raise CallerError("bad-field", f"{field}: {text[:1].lower()}{text[1:]}", {"field": field}) from None
    names = [link.name for link in settings.links]
    if doubled := next((name for name in names if names.count(name) > 1), None):
        raise CallerError("bad-field", f"two links are named {doubled!r}", {"field": "links.name"})
    for link in settings.links:
        _refuse_secrets(link.options, f"links.{link.name}.options")
        link_network(settings, link)
    for name, options in settings.protocols.items():
        _refuse_secrets(options, f"protocols.{name}")
    return settings


def link_options(link: LinkSettings, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The options of a link, secrets filled in from where `<option>_env` and `<option>_file` say."""
    return _filled(link.options, f"links.{link.name}.options", environment)


def link_network(settings: Settings, link: LinkSettings) -> NetworkSettings:
    """How a link reaches its vendor: what it says itself, and `[network]` for the rest. `CallerError` naming the field."""
    if not link.network:
        return settings.network
    where = f"links.{link.name}.network"
    _refuse_unknown(link.network, NetworkSettings, f"{where}.")
    try:
        return msgspec.convert({**msgspec.structs.asdict(settings.network), **link.network}, NetworkSettings)
    except msgspec.ValidationError as error:
        text, field = complaint(error)
        raise CallerError(
            "bad-field", f"{where}.{field}: {text[:1].lower()}{text[1:]}", {"field": f"{where}.{field}"}
        ) from None


def protocol_options(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> dict[str, dict[str, Any]]:
    """What protocols want to know for their sessions, by name, secrets filled in likewise."""
    return {
        name: _filled(options, f"protocols.{name}", environment)
        for name, options in settings.protocols.items()
    }


def _filled(options: Mapping[str, Any], where: str, environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option, value in options.items():
        field = f"{where}.{option}"
        name, _, source = option.rpartition("_")
        if name.lower() not in _SECRETS or source not in {"env", "file"}:
            found[option] = value
        elif source == "env":
            if not environment.get(str(value)):
                raise CallerError("bad-field", f"{field}: the variable {value} is not set", {"field": field})
            found[name] = environment[str(value)]
        else:
            try:
                found[name] = Path(str(value)).expanduser().read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise CallerError(
                    "bad-field", f"{field}: cannot read it: {error}", {"field": field}
                ) from None
    return found


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the reference of settings."""

    name: str
    kind: str
    default: str
    variable: str
    """The environment variable; empty for what stands in the file only."""
    text: str


def reference() -> tuple[Setting, ...]:
    """Every setting, in the order of the structs, for the docs."""
    return tuple(_rows(Settings, "", PREFIX, texts=True))


def _refuse_secrets(options: Mapping[str, Any], where: str) -> None:
    for option in options:
        if option.lower() in _SECRETS:
            fix = f"write {option}_env with the name of a variable, or {option}_file with a path"
            raise CallerError(
                "bad-field",
                f"{where}.{option}: secrets do not stand in the file: {fix}",
                {"field": f"{where}.{option}"},
            )


def _refuse_password(raw: Mapping[str, Any]) -> None:
    """A proxy's address may hold a password: then it comes from the environment."""
    links = raw.get("links")
    tables = [("network", raw.get("network"))]
    tables += [
        (f"links.{link.get('name')}.network", link.get("network"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict)
    ]
    for where, table in tables:
        if isinstance(table, dict) and "@" in str(table.get("proxy", "")):
            raise CallerError(
                "bad-field",
                f"{where}.proxy: secrets do not stand in the file: set {PREFIX}NETWORK_PROXY, or write "
                'proxy = "environment" and set HTTPS_PROXY',
                {"field": f"{where}.proxy"},
            )


# Options that hold a secret, whatever the protocol.
_SECRETS = frozenset({"token", "password", "secret", "api_key", "client_secret", "key"})


def _rows(
    struct: type[msgspec.Struct], prefix: str, variable: str, *, texts: bool = False
) -> Iterator[Setting]:
    """`texts`: with the docstrings, which needs the source."""
    hints = get_type_hints(struct, include_extras=True)
    docs = _docstrings(struct) if texts else {}
    for field in msgspec.structs.fields(struct):
        kind = hints[field.name]
        name, upper = f"{prefix}{field.name}", f"{variable}{field.name.upper()}"
        table = _table(kind)
        if table is not None:
            many = get_origin(kind) is tuple
            yield from _rows(
                table,
                f"{name}[]." if many else f"{name}.",
                "" if many or not variable else f"{upper}_",
                texts=texts,
            )
            continue
        settable = variable and get_origin(kind) is not dict
        yield Setting(
            name=name,
            kind=_kind(kind),
            default="" if field.required else _default(field),
            variable=upper if settable else "",
            text=docs.get(field.name, ""),
        )


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return msgspec.json.encode(value).decode()


def _table(kind: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - a type annotation of any kind
    """The struct that this kind is, or that it is a tuple of."""
    inner = get_args(kind)[0] if get_origin(kind) is tuple else kind
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _kind(kind: Any) -> str:  # noqa: ANN401 - as above
    if get_origin(kind) is Annotated:
        inner, *metas = get_args(kind)
        bounds = [
            text
            for meta in metas
            for text in (
                f"at least {meta.ge}" if meta.ge is not None else "",
                f"more than {meta.gt}" if meta.gt is not None else "",
                f"at most {meta.le}" if meta.le is not None else "",
            )
            if text
        ]
        return ", ".join([_kind(inner), *bounds])
    if get_origin(kind) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(kind))
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        return "table"
    return {"str": "text", "int": "whole number", "float": "number", "bool": "`true` or `false`"}[
        kind.__name__
    ]


def _docstrings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The text under each field, as it stands in the source."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 - the source of a class is one
    found: dict[str, str] = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[name] = inspect.cleandoc(words)
            case _:
                pass
    return found


def _named_variables(raw: Mapping[str, Any]) -> frozenset[str]:
    """The variables that links and protocols take secrets from: they may be called as their owners like."""
    links, protocols = raw.get("links"), raw.get("protocols")
    options = (
        [link.get("options") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    )
    options += list(protocols.values()) if isinstance(protocols, dict) else []
    return frozenset(
        str(value)
        for table in options
        if isinstance(table, dict)
        for option, value in table.items()
        if option.endswith("_env")
    )


def _from_environment(
    environment: Mapping[str, str], free: frozenset[str]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The paths and values that the environment sets. A misspelt one under a known table is refused, unless it is `free`."""
    known = {row.variable: row for row in _rows(Settings, "", PREFIX) if row.variable}
    tables = {
        f"{PREFIX}{field.name.upper()}_"
        for field in msgspec.structs.fields(Settings)
        if _table(get_type_hints(Settings)[field.name]) is not None
    }
    for variable, text in environment.items():
        if variable in known:
            row = known[variable]
            yield tuple(row.name.split(".")), _value(row, text)
        elif variable not in free and any(variable.startswith(table) for table in tables):
            raise CallerError(
                "bad-field", f"{variable} sets nothing{_meant(variable, known)}", {"field": variable}
            )


def _value(row: Setting, text: str) -> Any:  # noqa: ANN401 - whatever the setting takes
    wrong = CallerError("bad-field", f"{row.variable} is a {row.kind}, not {text!r}", {"field": row.variable})
    if row.kind.startswith("list of"):
        return tuple(item.strip() for item in text.split(",") if item.strip())
    try:
        match row.kind.partition(",")[0]:
            case "whole number":
                return int(text)
            case "number":
                return float(text)
            case "`true` or `false`":
                return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError):
        raise wrong from None


def _refuse_unknown(
    raw: Mapping[str, Any], struct: type[msgspec.Struct] = Settings, prefix: str = ""
) -> None:
    """Name a key that is not known, and what may have been meant."""
    hints = get_type_hints(struct, include_extras=True)
    for key, value in raw.items():
        if key not in hints:
            raise CallerError(
                "bad-field", f"unknown setting {prefix}{key}{_meant(key, hints)}", {"field": f"{prefix}{key}"}
            )
        table = _table(hints[key])
        if table is not None:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, Mapping):
                    _refuse_unknown(item, table, f"{prefix}{key}.")


def _meant(word: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f": did you mean {close[0]}?" if close else f": known are {', '.join(sorted(known))}"
