"""The helper of the Aura component that follows a Five9 session: Aura imports nothing, so it is made from the LWC's module."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE = "salesforce/force-app/main/default/lwc/fiveNineSubscription/fiveNineSubscription.js"
HELPER = "salesforce/force-app/main/default/aura/FiveNineSocketAPI/FiveNineSocketAPIHelper.js"
BEGINS = "export function subscribe(configuration, report, browser) {\n"
ENDS = "}\n"


def helper(module: str) -> str:
    """An object with the module's one function; `ValueError` if the module has anything beside it."""
    _, begins, body = module.partition(BEGINS)
    if (
        not begins
        or not body.endswith("\n" + ENDS)
        or "\nexport" in body
        or "import " in {line[:7] for line in module.splitlines()}
    ):
        message = f"{MODULE} has to be one function, {BEGINS.strip()!r}, that imports nothing"
        raise ValueError(message)
    lines = (f"    {line}" if line else "" for line in body.removesuffix(ENDS).splitlines())
    made = f"    // Made from {MODULE.rpartition('/')[2]} by tools/generate.py. Do not edit: run `make generate`."
    opened = "    subscribe: function (configuration, report, browser) {"
    return "\n".join(["({", made, opened, *lines, "    }", "})", ""])


def aura() -> str:
    """What has to stand in the helper's file."""
    return helper((ROOT / MODULE).read_text(encoding="utf-8"))
