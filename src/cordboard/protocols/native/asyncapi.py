"""The AsyncAPI 3 document of the WebSocket, made from the structs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from cordboard.protocols.native import routes, wire
from cordboard.protocols.native.schema import CLIENT_MESSAGES, SERVER_MESSAGES, components, ref

ANSWERS: Mapping[type[msgspec.Struct], tuple[type[msgspec.Struct], ...]] = {
    wire.Hello: (wire.Welcome, wire.Error),
    wire.Renew: (wire.Renewed, wire.Error),
    wire.Watch: (wire.Joined, wire.Error),
    wire.Execute: (wire.Settled, wire.Error),
    wire.Ask: (wire.Answer, wire.Error),
    wire.Claim: (wire.Claimed, wire.Error),
    wire.Ping: (wire.Pong,),
}
"""What comes back for what a client sends, where something does."""


@cache
def asyncapi() -> bytes:
    """The document."""
    route = next(item for item in routes.ROUTES if item.name == routes.SOCKET)
    channel = {"$ref": "#/channels/socket"}
    operations: dict[str, Any] = {}
    for kind in CLIENT_MESSAGES:
        name = _tag(kind)
        operations[name] = {"action": "receive", "channel": channel, "messages": [_message(name)]}
        if kind in ANSWERS:
            operations[name]["reply"] = {
                "channel": channel,
                "messages": [_message(_tag(item)) for item in ANSWERS[kind]],
            }
    operations["tell"] = {
        "action": "send",
        "channel": channel,
        "messages": [_message(_tag(kind)) for kind in SERVER_MESSAGES],
    }
    everything = (*CLIENT_MESSAGES, *SERVER_MESSAGES)
    return msgspec.json.encode(
        {
            "asyncapi": "3.0.0",
            "info": {
                "title": "Cordboard",
                "version": "1",
                "license": {"name": "Apache-2.0"},
                "description": inspect.cleandoc(wire.__doc__ or ""),
            },
            "defaultContentType": "application/json",
            "channels": {
                "socket": {
                    "address": route.path,
                    "title": "The page's WebSocket",
                    "description": _limits(route.limit),
                    "messages": {
                        _tag(kind): {"$ref": f"#/components/messages/{_tag(kind)}"} for kind in everything
                    },
                    "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                    "x-close-codes": {str(code.value): text for code, text in wire.CLOSE_TEXTS.items()},
                }
            },
            "operations": operations,
            "components": {
                "messages": {
                    _tag(kind): {
                        "name": _tag(kind),
                        "title": kind.__name__,
                        "summary": inspect.cleandoc(kind.__doc__ or ""),
                        "payload": ref(kind.__name__),
                    }
                    for kind in everything
                },
                "schemas": components(),
            },
        }
    )


def _tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _message(name: str) -> dict[str, str]:
    return {"$ref": f"#/channels/socket/messages/{name}"}


def _limits(frame: int) -> str:
    return (
        f"The first frame is `hello`, within {wire.HELLO_WITHIN // 1000} seconds. A frame has at most {frame} bytes. Send "
        f"something every {wire.HEARTBEAT // 1000} seconds, `ping` if there is nothing else: after "
        f"{wire.SILENCE_LIMIT // 1000} seconds of silence the socket is closed. {wire.STRIKES} frames in a row that are "
        "not the protocol's close it too. Close codes 4000-4099: come back with your positions; 4100-4199: log in "
        "again; 4200-4299: do not come back as you are."
    )
