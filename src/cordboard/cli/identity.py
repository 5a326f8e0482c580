# ruff: noqa: PLR0917 - the parameters of a word are its options
"""`cordboard token`, `account` and `key`: who may do what. They work on the data folder; a running hub sees the change."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cordboard.cli.options import Config, Data, group, settings_of
from cordboard.model.errors import CallerError

if TYPE_CHECKING:
    from cordboard.web.accounts import Accounts
    from cordboard.web.api_keys import ApiKeys

tokens = group("Mint signed tokens, and change the key that signs them.")
accounts = group("Local accounts: who may log in with a password.")
keys = group("API keys, with which back ends mint tokens.")

Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        "-s",
        help="agent:<id>, team:<id>, member:<id>, tenant, tenant:command, simulate, inspect, mint or operate. Repeatable.",
    ),
]
Agent = Annotated[str, typer.Option("--agent", help="The agent that they are, if they are one.")]
PasswordVariable = Annotated[
    str,
    typer.Option(
        "--password-env", help="The environment variable that holds the password; asked for without it."
    ),
]


@tokens.command("mint")
def token_mint(
    scope: Scopes = None,
    agent: Agent = "",
    ttl: Annotated[int, typer.Option("--ttl", min=1, help="Seconds that it lives.")] = 900,
    subject: Annotated[str, typer.Option("--subject", help="Who it is for, in the audit trail.")] = "cli",
    config: Config = None,
    data: Data = None,
) -> None:
    """Print a token. With --agent and no --scope it is that agent's own."""
    from cordboard.app import tokens_of  # noqa: PLC0415 - `--help` does without
    from cordboard.hub.clock import SystemClock  # noqa: PLC0415
    from cordboard.web.scopes import checked  # noqa: PLC0415

    wanted = checked(scope or ([f"agent:{agent}"] if agent else []))
    if not wanted:
        raise CallerError("bad-field", "name an --agent, or what the token allows by --scope")
    settings = settings_of(config, data)
    if ttl > (most := settings.identity.token_seconds_max):
        raise CallerError("bad-field", f"a token lives at most {most} seconds (identity.token_seconds_max)")
    token, _ = tokens_of(settings).mint(subject, wanted, seconds=ttl, now=SystemClock().now(), agent=agent)
    typer.echo(token)


@tokens.command("rotate")
def token_rotate(config: Config = None, data: Data = None) -> None:
    """Sign with a new key from now on. Tokens signed before stay valid until they expire."""
    from cordboard.app import KEYS_VARIABLE  # noqa: PLC0415 - `--help` does without
    from cordboard.web.tokens import rotate  # noqa: PLC0415

    if os.environ.get(KEYS_VARIABLE):
        raise CallerError("bad-field", f"the keys stand in {KEYS_VARIABLE}: put a new one in front there")
    settings = settings_of(config, data)
    typer.echo(f"key {rotate(settings.keys_file)} signs from now on ({settings.keys_file})")


@accounts.command("add")
def account_add(
    name: str,
    scope: Scopes = None,
    agent: Agent = "",
    password_env: PasswordVariable = "",
    config: Config = None,
    data: Data = None,
) -> None:
    """Add an account. With --agent and no --scope it is that agent's own."""
    wanted = frozenset(scope or ([f"agent:{agent}"] if agent else []))
    if not wanted:
        raise CallerError("bad-field", "name an --agent, or what the account allows by --scope")
    _accounts(config, data).add(name, _password(password_env), wanted, agent)
    typer.echo(f"{name} may log in, with {', '.join(sorted(wanted))}")


@accounts.command("password")
def account_password(
    name: str, password_env: PasswordVariable = "", config: Config = None, data: Data = None
) -> None:
    """Give an account another password. Whoever logged in by the old one is signed out."""
    _accounts(config, data).set_password(name, _password(password_env))
    typer.echo(f"{name} has a new password")


@accounts.command("list")
def account_list(config: Config = None, data: Data = None) -> None:
    """List the accounts."""
    for name, account in sorted(_accounts(config, data).names().items()):
        typer.echo(f"{name}\t{account.agent or '-'}\t{' '.join(account.scopes)}")


@accounts.command("remove")
def account_remove(name: str, config: Config = None, data: Data = None) -> None:
    """Take an account away. Whoever logged in by it is signed out."""
    _accounts(config, data).remove(name)
    typer.echo(f"{name} may log in no more")


@keys.command("add")
def key_add(
    name: str,
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", "-s", help="What its tokens may allow: agent:*, team:*, tenant … Repeatable."
        ),
    ],
    config: Config = None,
    data: Data = None,
) -> None:
    """Add an API key and print it, this once."""
    typer.echo(_keys(config, data).add(name, frozenset(scope)))


@keys.command("list")
def key_list(config: Config = None, data: Data = None) -> None:
    """List the API keys by id. The keys themselves are kept nowhere."""
    for id_, key in sorted(_keys(config, data).ring().items()):
        typer.echo(f"{id_}\t{key.name}\t{' '.join(key.grants)}")


@keys.command("remove")
def key_remove(
    id_: Annotated[str, typer.Argument(metavar="ID")], config: Config = None, data: Data = None
) -> None:
    """Take an API key away, and with it every token that it minted."""
    _keys(config, data).remove(id_)
    typer.echo(f"{id_} mints no more")


def _accounts(config: Config, data: Data) -> Accounts:
    from cordboard.web.accounts import Accounts  # noqa: PLC0415 - `--help` does without

    return Accounts(settings_of(config, data).folder / "accounts.json")


def _keys(config: Config, data: Data) -> ApiKeys:
    from cordboard.web.api_keys import ApiKeys  # noqa: PLC0415 - `--help` does without

    return ApiKeys(settings_of(config, data).folder / "api-keys.json")


def _password(variable: str) -> str:
    if not variable:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    found = os.environ.get(variable)
    if not found:
        raise CallerError("bad-field", f"the variable {variable} is not set")
    return found
