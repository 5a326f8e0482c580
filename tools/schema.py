"""The model as JSON Schema 2020-12."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from tools.catalogue import UNIONS, shape, structs

_REF = "#/$defs/"


def json_schema() -> str:
    """The whole document, as text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """All structs, enumerations and unions of the model under `$defs`."""
    _, found = msgspec.json.schema_components(structs(), ref_template=_REF + "{name}")
    defs: dict[str, Any] = {name: _plain(item) for name, item in found.items()}
    for cls in structs():
        for field in shape(cls).fields:
            if field.text:
                defs[cls.__name__]["properties"][field.name]["description"] = field.text
    for name, members in UNIONS.items():
        defs[name] = {"title": name, "anyOf": [{"$ref": _REF + member.__name__} for member in members]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cordboard:model",
        "title": "The model of Cordboard",
        "description": (
            "Entities, events, commands, queries and what pages get. "
            "A field that has its default is left out on the wire. Unknown fields are to be ignored: later versions add some."
        ),
        "$defs": dict(sorted(defs.items())),
    }


def _plain(item: object) -> object:
    """Without OpenAPI's `discriminator`, which is no word of JSON Schema, and with descriptions as one would read them."""
    match item:
        case Mapping():
            return {
                key: inspect.cleandoc(value)
                if key == "description" and isinstance(value, str)
                else _plain(value)
                for key, value in item.items()
                if key != "discriminator"
            }
        case list():
            return [_plain(value) for value in item]
        case _:
            return item
