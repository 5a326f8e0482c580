"""`GET <base>/logout`: pages of the library's own making sign the agent out there, by the login that the browser keeps."""

from __future__ import annotations

from cordboard import contract as k
from cordboard.model.ids import Subject, agent_subject

TERMINATED = "streams:terminated"
"""The word between the pages of an agent by which all of them are signed out."""

TEXT = b"Signed out.\n"


class Logout:
    """One request to sign out: all of the agent's pages are told. Whoever is not signed in hears the same."""

    def __init__(self) -> None:
        self._call = ""
        self._subject = Subject("")

    def receive(self, frame: k.SessionFrame) -> k.SessionEffects:
        """The request, or whose login it was."""
        match frame:
            case k.Called(call=call, cookies=cookies):
                self._call = call
                login = cookies.get(k.LOGIN_COOKIE, "")
                if login:
                    yield k.SignIn(kind="cookie", secret=login)
                else:
                    yield from self._over()
            case k.Identified(identity=identity):
                if identity is None or not identity.agent:
                    yield from self._over()
                else:
                    self._subject = agent_subject(identity.agent)
                    yield k.Watch(subjects={self._subject: None})
            case k.Woke(name="tell"):
                yield k.Share(subject=self._subject, name=TERMINATED, data=b"null")
                yield k.SignOut()
                yield from self._over()
            case _:
                pass

    def open(self, joined: k.Joined) -> k.SessionEffects:
        """The hub lets us in just after this."""
        if joined.subject == self._subject:
            yield k.Wake(name="tell", after=0)

    def peer(self, news: k.News) -> k.SessionEffects:
        """Not let in."""
        if isinstance(news, k.Barred) and self._call:
            yield from self._over()

    def _over(self) -> k.SessionEffects:
        call, self._call = self._call, ""
        yield k.Reply(
            call=call,
            headers={"Content-Type": "text/plain; charset=utf-8"},
            cookies=(k.Cookie(name=k.LOGIN_COOKIE, value="", max_age=0),),
            body=TEXT,
        )
