"""The doors: the CCP page and what belongs to it, and the page's socket.

The library cuts addresses up: pages stand under ``<base>/ccp-v2/``, ``<base>/login`` and ``<base>/logout``, and versions that ask for
storage access put ``/request-storage-access`` behind whatever the page's address is, its slash included.
"""

from __future__ import annotations

from cordboard.contract import Route

BASE = "/streams"
SOCKET, LOGOUT = "socket", "logout"
FRAME_LIMIT = 256 * 1024

ROUTES: tuple[Route, ...] = (
    Route(kind="http", path=f"{BASE}/ccp-v2/", name="ccp", page="streams-ccp.html", embed=True),
    Route(
        kind="http",
        path=f"{BASE}/ccp-v2/request-storage-access",
        name="storage-access",
        page="streams-storage-access.html",
        embed=True,
    ),
    Route(
        kind="http",
        path=f"{BASE}/ccp-v2//request-storage-access",
        name="storage-access-as-asked",
        page="streams-storage-access.html",
        embed=True,
    ),
    Route(kind="http", path=f"{BASE}/login", name="login", page="streams-login.html"),
    Route(kind="http", path=f"{BASE}/logout", name=LOGOUT, anonymous=True, cors=True, credentials=True),
    Route(kind="ws", path=f"{BASE}/socket", name=SOCKET, anonymous=True, limit=FRAME_LIMIT),
)
