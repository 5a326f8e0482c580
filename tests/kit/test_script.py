from cordboard.contract import (
    Closed,
    Down,
    Failed,
    LinkEffects,
    LinkFrame,
    Open,
    Opened,
    Received,
    Replied,
    Request,
    Send,
    Wake,
    Woke,
)
from cordboard.kit.script import Script, Steps, opened, paused, received, requested

LOGIN = Request(name="login", method="POST", url="https://vendor.example/login")


def login() -> Steps[str]:
    reply = yield from requested(LOGIN)
    if isinstance(reply, Failed):
        yield from paused("again", 1000)
        reply = yield from requested(LOGIN)
        if isinstance(reply, Failed):
            return "no answer"
    there = yield from opened(Open(channel="main", kind="ws", url="wss://vendor.example/"))
    if isinstance(there, Closed):
        return "no socket"
    yield Send(channel="main", data=reply.data)
    frame = yield from received("main")
    return frame.data.decode() if isinstance(frame, Received) and isinstance(frame.data, bytes) else "cut"


def say(result: str) -> LinkEffects:
    yield Down(retry="later", reason=result)


def script() -> Script[str]:
    return Script(login(), say)


REPLIED = Replied(name="login", status=200, headers={}, data=b"ticket", at=1)
FAILED = Failed(name="login", reason="refused", sent=False, at=1)
OPENED = Opened(channel="main", at=2)
CUT = Closed(channel="main", code=1006, reason="", at=3)


def after(*frames: LinkFrame) -> object:
    running = script()
    effects = list(running.start())
    for frame in frames:
        assert running.wants(frame)
        effects = list(running.receive(frame))
    return effects[-1]


def test_reads_straight_down() -> None:
    running = script()
    assert list(running.start()) == [LOGIN]
    assert list(running.receive(REPLIED)) == [Open(channel="main", kind="ws", url="wss://vendor.example/")]
    assert list(running.receive(OPENED)) == [Send(channel="main", data=b"ticket")]
    assert not running.over
    assert list(running.receive(Received(channel="main", data=b"in", at=3))) == [
        Down(retry="later", reason="in")
    ]
    assert running.over


def test_takes_the_other_ways() -> None:
    assert after(FAILED) == Wake(name="again", after=1000)
    assert after(FAILED, Woke(name="again", at=2)) == LOGIN
    assert after(FAILED, Woke(name="again", at=2), FAILED) == Down(retry="later", reason="no answer")
    assert after(REPLIED, CUT) == Down(retry="later", reason="no socket")
    assert after(REPLIED, OPENED, CUT) == Down(retry="later", reason="cut")


def test_leaves_frames_alone_that_it_does_not_wait_for() -> None:
    running = script()
    list(running.start())
    for frame in (
        OPENED,
        CUT,
        Woke(name="again", at=1),
        Replied(name="other", status=200, headers={}, data=b"", at=1),
    ):
        assert not running.wants(frame)
        assert list(running.receive(frame)) == []
    assert running.wants(REPLIED)


def test_stopped_it_wants_nothing_and_says_nothing() -> None:
    running = script()
    list(running.start())
    running.stop()
    assert running.over
    assert not running.wants(REPLIED)
    assert list(running.receive(REPLIED)) == []
