"""A small Python client of the native protocol, for back ends, tools and tests."""

from cordboard.client.client import Client
from cordboard.client.http import Login, login, mint
from cordboard.client.stream import Changed, Stream

__all__ = ["Changed", "Client", "Login", "Stream", "login", "mint"]
