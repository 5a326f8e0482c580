"""The reference of what runs: settings, the command line, the simulator. From the structs, the words and the tables themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer

from cordboard import settings
from cordboard.app.doctor import FINDINGS
from cordboard.cli.app import program
from cordboard.contract import REASONS
from cordboard.protocols.simulator import doors
from cordboard.protocols.simulator.console import actions
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.protocols.simulator.scenario import loads

Word = Any
"""A word of the command line, or one of its arguments and options: typer brings a click of its own, which is not typed."""


def settings_page() -> Iterator[str]:
    """Every setting, with its default and the variable that sets it."""
    yield "# Settings"
    yield ""
    yield inspect.cleandoc(settings.__doc__ or "")
    yield ""
    yield "`cordboard config check FILE` says what is wrong with a file before anything runs with it."
    yield ""
    table = ""
    for row in settings.reference():
        head = row.name.rpartition(".")[0] or "top level"
        if head != table:
            table = head
            yield f"## {head.replace('[]', '')}"
            yield ""
        default = f" Default: `{row.default}`." if row.default else " It has to be given."
        variable = f" Variable: `{row.variable}`." if row.variable else ""
        yield f"`{row.name}` ({row.kind})"
        yield f":   {' '.join(row.text.split())}{default}{variable}"
        yield ""


def cli_page() -> Iterator[str]:
    """Every word of the command line."""
    yield "# Command line"
    yield ""
    yield "A mistake is said in one sentence, with exit code 2; if we failed it is 1."
    yield ""
    for path, command in words():
        yield f"## {path}"
        yield ""
        yield inspect.cleandoc(command.help or "")
        yield ""
        arguments = [item for item in command.params if item.param_type_name == "argument"]
        options = [
            item for item in command.params if item.param_type_name == "option" and item.name != "help"
        ]
        usage = " ".join(_usage(item) for item in arguments)
        yield "```text"
        yield f"{path} {usage}{' ' if usage else ''}{'[OPTIONS]' if options else ''}".rstrip()
        yield "```"
        yield ""
        if arguments or options:
            yield "| | | Default |"
            yield "|---|---|---|"
        for argument in arguments:
            yield f"| `{(argument.metavar or argument.name or '').upper()}` | {_help(argument)} | {_default(argument)} |"
        for option in options:
            names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            yield f"| {names} | {_help(option)} | {_default(option)} |"
        if arguments or options:
            yield ""


def words() -> Iterator[tuple[str, Word]]:
    """Every word that does something, with the words before it."""
    yield from _below("cordboard", typer.main.get_command(program))


def network_page() -> Iterator[str]:
    """Every reason of the network."""
    yield "# What the network tells a link"
    yield ""
    yield "The words of `Failed.reason`, and of `Closed.reason` with the codes 0 and 1006: `cordboard.contract.REASONS`. A link that goes"
    yield "down for one of them has it as its reason, in the log and at `/readyz`."
    for reason, text in REASONS.items():
        yield ""
        yield f"## {reason}"
        yield ""
        yield text


def findings_page() -> Iterator[str]:
    """Everything that the doctor can find."""
    yield "# What the doctor finds"
    yield ""
    yield "Every code that [`cordboard doctor`](../how-to/doctor.md) prints, how bad it is, what it means and what to do. Where nothing is"
    yield "wrong the code is `fine`."
    for code, kind in FINDINGS.items():
        yield ""
        yield f"## {code}"
        yield ""
        yield f"*{kind.level}.* {kind.text.rstrip('.')}. {kind.fix}"


def simulator_page() -> Iterator[str]:
    """Its doors, what it can be told, its faults and its scenarios."""
    yield "# The simulator"
    yield ""
    yield inspect.cleandoc(doors.__doc__ or "")
    yield ""
    yield "How to use it is told in [Simulate a contact centre](../how-to/simulate.md)."
    yield ""
    yield "## Doors"
    yield ""
    yield f"Under `/links/<link>`, for callers whose token has the scope `{doors.SCOPE}`."
    yield ""
    yield "| Method | Path |"
    yield "|---|---|"
    yield from (f"| {route.method} | `{route.path}` |" for route in doors.ROUTES)
    yield ""
    for body in (doors.Act, doors.Fault, doors.Start):
        yield inspect.cleandoc(body.__doc__ or "")
        yield ""
    for who, title in (("desk", "What an agent's phone can do"), ("world", "What happens outside")):
        yield f"## {title}"
        yield ""
        yield "| Action | Parameters | |"
        yield "|---|---|---|"
        for action in actions():
            if action.who == who:
                parameters = ", ".join(
                    f"`{item.name}`" if item.required else f"`[{item.name}]`" for item in action.parameters
                )
                yield f"| `{action.name}` | {parameters} | {' '.join(action.about.split())} |"
        yield ""
    yield "## Scenarios"
    yield ""
    yield "| Name | | Needs |"
    yield "|---|---|---|"
    for name, text in sorted(builtin_scenarios().items()):
        story = loads(text)
        needs = f"flavour `{story.flavour}`" if story.flavour else "people" if story.people else ""
        yield f"| `{name}` | {story.about} | {needs} |"
    yield ""


def _below(path: str, command: Word) -> Iterator[tuple[str, Word]]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield path, command
        return
    for name, inner in inside.items():
        yield from _below(f"{path} {name}", inner)


def _usage(argument: Word) -> str:
    name = (argument.metavar or argument.name or "").upper()
    many = "..." if argument.nargs != 1 else ""
    return f"{name}{many}" if argument.required else f"[{name}]{many}"


def _help(item: Word) -> str:
    text = " ".join(str(getattr(item, "help", "") or "").split()).replace("|", "\\|").replace("<", "&lt;")
    return f"{text} Variable: `{item.envvar}`." if item.envvar else text


def _default(item: Word) -> str:
    if item.required:
        return "needed"
    if item.secondary_opts:
        return f"`{item.opts[0] if item.default else item.secondary_opts[0]}`"
    if item.default in (None, "", (), []) or item.default is False:
        return ""
    return f"`{item.default}`"
