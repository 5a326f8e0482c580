"""Attendant's doors, as data. All are open to who has no token: the cookie says who comes, and the session asks for it."""

from __future__ import annotations

from typing import Literal

from cordboard.contract import Route

COOKIE = "WLDESK"
BASE = "/attendant/4"

ENTRY = "entry"
LEAVING = "leaving"
FEED = "feed"
ORDERS = "orders"
BOOK = "book"


def _door(name: str, method: Literal["GET", "POST", "DELETE"], path: str) -> Route:
    return Route(
        kind="http",
        name=name,
        method=method,
        path=f"{BASE}{path}",
        anonymous=True,
        cors=True,
        credentials=True,
    )


ROUTES: tuple[Route, ...] = (
    _door(ENTRY, "POST", "/entry"),
    _door(LEAVING, "DELETE", "/entry"),
    _door(FEED, "GET", "/feed"),
    _door(ORDERS, "POST", "/orders"),
    _door(BOOK, "GET", "/book"),
)
