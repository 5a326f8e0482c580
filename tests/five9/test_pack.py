"""Five9's own Python pack, unchanged but for its login address, at our session: once for real over TLS, and ever since from the transcript.

The pack is not ours to have here. ``FIVE9_PACK`` names a folder with a checkout of
https://github.com/Five9DeveloperProgram/Five9-Agent-Sup-REST-API-Python-Pack, ``FIVE9_PACK_PYTHON`` a Python 3.12 or newer with what its
``requirements.txt`` wants; without them that one test is skipped. With ``--accept`` it writes the recording anew.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from cordboard.protocols.five9 import protocol
from cordboard.testing.centre import ContactCentre
from cordboard.testing.edge import Edge
from tests.browser.hosting import PASSWORD, Hosted, faultless
from tests.five9.relay import Relay
from tests.five9.transcript import Likeness, Retelling, dumps, loads, redacted

HERE = Path(__file__).parent
RECORDING = HERE / "recordings" / "python-pack.jsonl"
PROGRAM = HERE / "pack_program.py"
COMMIT = "e02869f"
NUMBER = "+44 20 7946 0101"
SESSION_ID, CALL_ID = "300000000000001", "300000000000002"
MINTED = frozenset({"tokenId", "sessionId", "messageId", "correlationId", "id", SESSION_ID, CALL_ID})

SETTINGS = """
[web]
public = "{url}"
[demo]
agent = "mia"
[[links]]
name = "sim"
protocol = "simulator"
[links.options]
people = false
"""


@pytest.fixture
def pack() -> tuple[str, str]:
    """The pack's folder, and its Python."""
    folder, python = os.environ.get("FIVE9_PACK", ""), os.environ.get("FIVE9_PACK_PYTHON", "")
    if not folder or not python:
        pytest.skip(
            "FIVE9_PACK and FIVE9_PACK_PYTHON do not say where Five9's Python pack and its Python are"
        )
    return folder, python


class Switch:
    """The demo's switch, whose doings are written down beside what the relay hears."""

    def __init__(self, hub: Hosted, relay: Relay) -> None:
        self._hub = hub
        self._relay = relay
        self._token = hub.post("/v1/demo", {})["token"]
        self._calls: dict[str, str] = {}

    def act(self, name: str, *, makes: str = "", **params: str) -> None:
        """Something happens; `makes`: what the call that comes of it is called here."""
        line = {"name": name, "params": params, **({"makes": makes} if makes else {})}
        self._relay.note("act", 0, **line)
        told = {key: self._calls.get(value, value) for key, value in params.items()}
        answer = self._hub.post("/links/sim/console/act", {"name": name, "params": told}, self._token)
        if makes:
            self._calls[makes] = str(answer["call"])


@contextmanager
def _hub(relay: Relay, folder: Path, user: str, *scopes: str) -> Iterator[Hosted]:
    """A hub behind the relay, in which nothing may go wrong."""
    with faultless():
        hub = Hosted(SETTINGS.format(url=relay.url), data=str(folder), accounts={user: scopes})
        relay.upstream = hub.url
        try:
            yield hub
        finally:
            hub.stop()


@contextmanager
def _running(
    pack: tuple[str, str], relay: Relay, user: str, *sample: Path
) -> Iterator[tuple[IO[str], IO[str]]]:
    """The program: what to say to it, and what it says."""
    folder, python = pack
    environment = {
        **{name: text for name, text in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
        "PYTHONPATH": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
        "SSL_CERT_FILE": str(relay.ca_file),
    }
    login = f"{relay.url}/appsvcs/rs/svc/auth/login"
    with subprocess.Popen(
        [python, PROGRAM, login, user, PASSWORD, *sample],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if sample else subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        try:
            yield program.stdin, program.stdout
            assert program.wait(30) == 0
        except BaseException as error:
            program.kill()
            error.add_note((program.stderr or program.stdout).read()[-4000:])
            raise


def _until(told: IO[str], wanted: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - JSON
    for line in told:
        if line.startswith("{") and wanted(said := json.loads(line)):
            return said
    raise AssertionError("the pack is at its end")


def _frame(event: str, state: str) -> Callable[[Any], bool]:
    return lambda said: (
        "context" in said and said["context"]["eventId"] == event and said["payLoad"]["state"] == state
    )


def test_the_pack_logs_in_and_follows_a_call(pack: tuple[str, str], tmp_path: Path, accept: bool) -> None:
    with Relay() as relay, _hub(relay, tmp_path, "mia", "agent:mia") as hub:
        switch = Switch(hub, relay)
        with _running(pack, relay, "mia") as (say, told):
            assert _until(told, lambda said: "state" in said)["state"] == "WORKING"
            _until(told, lambda said: "context" in said and said["context"]["eventId"] == "1202")
            switch.act("set_agent_state", agent="mia", state="ready")
            switch.act("ring", makes="first", to="2001", number=NUMBER)
            offered = _until(told, _frame("3", "OFFERED"))
            switch.act("answer_call", agent="mia", call="first")
            _until(told, _frame("4", "TALKING"))
            switch.act("customer_hang_up", call="first")
            _until(told, _frame("4", "WRAP_UP"))
            switch.act("complete_wrap_up", agent="mia")
            over = _until(told, _frame("5", "FINISHED"))
            assert over["payLoad"]["id"] == offered["payLoad"]["id"]
            assert over["context"]["eventReason"] == "DISPOSITIONED"
            say.write("\n")
            say.flush()
            _until(told, lambda said: "over" in said)
        if accept:
            RECORDING.parent.mkdir(exist_ok=True)
            RECORDING.write_text(_recorded(relay), encoding="utf-8")


def test_the_packs_sample_program_hears_that_somebody_waits_in_a_queue(
    pack: tuple[str, str], tmp_path: Path
) -> None:
    sample = Path(pack[0]) / "examples" / "queue_alert_demo.py"
    with (
        Relay() as relay,
        _hub(relay, tmp_path, "ruth", "agent:ruth", "team:harbour") as hub,
        _running(pack, relay, "ruth", sample) as (say, told),
    ):
        relay.until(lambda line: line["do"] == "down" and '"eventId":"5000"' in line["text"])
        Switch(hub, relay).act("ring", to="8002", number=NUMBER)
        alert = next(line for line in told if "Queue Alert" in line)
        say.write("\n")
        say.flush()
        assert told.read()
    for said in ("'Changes and refunds'", "'alert_on': 'callsInQueue'", "'difference': 1"):
        assert said in alert


def _recorded(relay: Relay) -> str:
    (login,) = (line for line in relay.lines if line["do"] == "answer" and "tokenId" in line["body"])
    told = json.loads(login["body"])
    secrets = {
        PASSWORD: "(password)",
        told["tokenId"]: "(token)",
        told["sessionId"]: "(session)",
        f"localhost:{relay.port}": "hub.example",
        f'"host":"localhost","port":"{relay.port}"': '"host":"hub.example","port":"443"',
    }
    provenance = {
        "recording": 1,
        "protocol": "five9",
        "end": "session",
        "story": "python-pack",
        "source": "third-party",
        "by": f"Five9-Agent-Sup-REST-API-Python-Pack at {COMMIT}, requests 2.31.0, websockets 12.0; Cordboard 0.1.0",
        "url": "https://github.com/Five9DeveloperProgram/Five9-Agent-Sup-REST-API-Python-Pack",
        "obtained": "Written down by a relay with TLS between the pack and a hub with the simulated centre; one inbound call",
        "date": "2026-11-21",
        "changed": "The login address of the pack. In the transcript password, tokens, host and port",
    }
    return dumps(provenance, redacted(relay.lines, secrets))


def test_what_was_recorded_comes_to_the_same() -> None:
    async def retold() -> None:
        provenance, lines = loads(RECORDING.read_text(encoding="utf-8"))
        assert (provenance["source"], provenance["protocol"]) == ("third-party", "five9")
        async with ContactCentre() as centre:
            edge = Edge(centre.hub, protocol)
            retelling = Retelling(centre, edge, Likeness(MINTED))
            for line in lines:
                await retelling.tell(line)
            assert retelling.rest() == []
            edge.leave()

    asyncio.run(retold())
