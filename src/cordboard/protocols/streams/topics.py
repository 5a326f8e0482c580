"""Topics that one page of an agent is the master of: who rings, who opens the login window."""

from __future__ import annotations

from typing import Any

from cordboard.contract import Claim, Claimed, Send, SessionEffects
from cordboard.model.ids import Subject
from cordboard.protocols.streams import wire

SOFTPHONE = "connect::softphone"
"""Nobody is ever its master: then no page asks for the microphone, and calls are answered all the same."""

_PREFIX = "streams:"
_LIMIT = 100


class Topics:
    """What one page knows of the topics, and what it asked."""

    def __init__(self, channel: str, subject: Subject, port: str) -> None:
        """`port`: the id by which the library knows its own page."""
        self._channel = channel
        self._subject = subject
        self._port = port
        self._holders: dict[str, str] = {}
        self._mine: set[str] = set()
        self._asked: dict[str, list[wire.Master]] = {}

    def ask(self, request: wire.Master) -> SessionEffects:
        """Answer now, or when the hub has granted the topic or not."""
        topic = request.params.get("topic")
        if not isinstance(topic, str) or not 0 < len(topic) <= _LIMIT:
            yield self._answer(request, {"masterId": None, "isMaster": False, "topic": None})
            return
        match request.method:
            case "becomeMaster" if topic == SOFTPHONE:
                yield self._answer(request, {"masterId": None, "takeOver": False, "topic": topic})
            case "becomeMaster":
                self._asked.setdefault(topic, []).append(request)
                yield Claim(subject=self._subject, name=_PREFIX + topic, take=True)
            case "checkMaster" if topic != SOFTPHONE and not self._settled(topic, request):
                self._asked.setdefault(topic, []).append(request)
                yield Claim(subject=self._subject, name=_PREFIX + topic)
            case _:
                yield self._answer(request, self._checked(topic))

    def told(self, news: Claimed) -> SessionEffects:
        """Who is the master now: for whoever asked, and for a page from which it was taken."""
        if not news.name.startswith(_PREFIX):
            return
        topic = news.name.removeprefix(_PREFIX)
        before = self._holders.get(topic, "")
        taken = before not in ("", news.page) and news.page != ""
        self._holders[topic] = news.page
        self._mine.discard(topic)
        if news.mine:
            self._mine.add(topic)
        waiting = self._asked.pop(topic, [])
        for request in waiting:
            if request.method == "becomeMaster":
                yield self._answer(request, {"masterId": self._id(topic), "takeOver": taken, "topic": topic})
            else:
                yield self._answer(request, self._checked(topic))
        if taken and not news.mine:
            unasked = wire.Master(request_id="", method="becomeMaster")
            yield self._answer(unasked, {"masterId": self._id(topic), "takeOver": True, "topic": topic})

    def refused(self) -> SessionEffects:
        """There are more topics than the hub keeps: nobody is master of those asked for."""
        asked, self._asked = self._asked, {}
        for topic, waiting in asked.items():
            for request in waiting:
                yield self._answer(request, self._checked(topic))

    def _settled(self, topic: str, request: wire.Master) -> bool:
        return bool(self._holders.get(topic)) or bool(request.params.get("shouldNotBecomeMasterIfNone"))

    def _checked(self, topic: str) -> dict[str, Any]:
        return {
            "masterId": self._id(topic),
            "isMaster": topic in self._mine and topic != SOFTPHONE,
            "topic": topic,
        }

    def _id(self, topic: str) -> str | None:
        return self._port if topic in self._mine else self._holders.get(topic) or None

    def _answer(self, request: wire.Master, data: dict[str, Any]) -> Send:
        answer = wire.MasterAnswer(request_id=request.request_id, data=data)
        return Send(channel=self._channel, data=wire.encode(answer))
