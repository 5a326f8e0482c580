"""What others wrote in Go for Five9: its recorded answers and frames held against our types, and its programs, unchanged, at our session.

None of it is ours to have here. ``FIVE9_GO`` names a folder with a checkout of https://github.com/equalsgibson/five9-go, in whose tests lie payloads
that a real Five9 sent. ``FIVE9_GO_PROGRAMS`` names one with programs of others: ``getAllUsers`` and ``getAgentState``, which are that library's own
samples, and ``go-five9-api.test``, which is the test of https://github.com/affordablemobiles/go-five9-api. They go to ``app.five9.com``, by a proxy
that leads to the hub instead. What is not there is skipped. With ``--accept`` the recording is written anew.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cordboard.protocols.five9 import lists, protocol, wire, words as w
from cordboard.testing.centre import ContactCentre
from cordboard.testing.edge import Edge
from cordboard.testing.stage import live_stage
from tests.browser.hosting import PASSWORD, Hosted, faultless
from tests.five9.client import sign_in
from tests.five9.relay import Relay
from tests.five9.test_pack import SETTINGS, Switch
from tests.five9.test_session_statistics import told
from tests.five9.transcript import Likeness, Retelling, dumps, loads, redacted
from tests.five9.tunnel import Tunnel

HOST = "app.five9.com"
COMMIT = "9439bf5"
RECORDING = Path(__file__).parent / "recordings" / "go-supervisor.jsonl"
MINTED = frozenset({"tokenId", "sessionId", "messageId"})
PATIENCE = 60


# --- what a real Five9 said --------------------------------------------------------------------------------------------------


@pytest.fixture
def payloads() -> Path:
    """The folder of recorded payloads."""
    folder = os.environ.get("FIVE9_GO", "")
    if not folder:
        pytest.skip("FIVE9_GO does not say where the recorded payloads are")
    return Path(folder) / "five9" / "test"


ANSWERS: dict[str, Any] = {
    "acceptMaintenanceNotice_*_200": wire.Notice,
    "auth_metadata_200": wire.Login,
    "getMaintenanceNotices_*_200": tuple[wire.Notice, ...],
    "loginState_*_200": str,
    "supervisorLogin_200": wire.Login,
    "supervisor_getAllUsers_200": tuple[lists.User, ...],
    "supervisor_getAllUsers_435": wire.Fault,
}


def test_recorded_answers_are_of_our_types_and_ours_have_their_fields(payloads: Path) -> None:
    unread = {path.name for path in payloads.glob("*.json")}
    for pattern, kind in ANSWERS.items():
        for path in payloads.glob(f"{pattern}.json"):
            unread.discard(path.name)
            found = wire.decoded(path.read_bytes(), kind)
            assert _fields(json.loads(path.read_bytes())) <= _fields(json.loads(wire.encoded(found))), path
    assert unread == set()


def test_recorded_frames_are_of_our_types(payloads: Path) -> None:
    for path in (payloads / "webSocketFrames").glob("*.json"):
        frame = wire.frame_of(path.read_bytes())
        assert path.name.startswith(frame.context.event_id)
        raw = json.loads(path.read_bytes())
        assert _fields(raw["context"]) == _fields(json.loads(wire.encoded(frame.context))), path
        assert frame.context.broad_cast is (frame.context.event_id == "5012")
        assert (frame.context.user_id is None) is frame.context.broad_cast
        assert (frame.context.message_id is None) is (frame.context.event_id in ("1010", "1202"))


@pytest.mark.asyncio
async def test_statistics_are_the_recorded_ones_field_by_field(payloads: Path) -> None:
    folder = payloads / "webSocketFrames"
    (whole,) = (json.loads(path.read_bytes())["payLoad"] for path in folder.glob("5000_*.json"))
    changed = json.loads((folder / "5012_incrementalStatsUpdate.json").read_bytes())["payLoad"]
    recorded: dict[str, dict[str, Any]] = {}
    for item in (*whole, *changed):
        for row in (*item.get("data", ()), *item.get("updated", ())):
            recorded.setdefault(item["dataSource"], {}).update(row)
    async with live_stage(protocol) as (stage, centre):
        await centre.act("log_on", agent="mia", state="ready")
        call = await centre.ring("bookings", number="+44 20 7946 0101")
        await centre.act("answer_call", agent="mia", call=call)
        await centre.act("customer_hang_up", call=call)
        await centre.act("complete_wrap_up", agent="mia")
        await centre.act("set_agent_state", agent="mia", state="not_ready", reason="lunch")
        page = stage.visit("mia")
        await sign_in(page)
        await page.open("/supsvcs/sws/board")
        await page.advance(1)
        ours = {item["dataSource"]: item["data"] for item in told(page, "5000")[-1]}
    assert set(ours) == set(recorded)
    for source, rows in ours.items():
        for row in rows:
            assert _shape(row) == _shape(recorded[source]), source


def _fields(value: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Where there is something: paths of names."""
    match value:
        case dict():
            return {f"{key}{rest}" for key, item in value.items() for rest in ("", *_below(item))}
        case list():
            return {rest for item in value for rest in _fields(item)}
        case _:
            return set()


def _below(value: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {f".{name}" for name in _fields(value)}


def _shape(value: Any, name: str = "") -> Any:  # noqa: ANN401 - JSON
    """What it is made of, with the kind of each value in its place. Whatever a list holds, and how often which disposition was chosen, is none of it."""
    match value:
        case dict():
            return {} if name == "dispositions" else {key: _shape(item, key) for key, item in value.items()}
        case bool() | str() | None:
            return type(value)
        case int() | float():
            return float
        case _:
            return list


# --- what others' programs do ------------------------------------------------------------------------------------------------


@contextmanager
def _program(name: str, folder: Path, *scopes: str) -> Iterator[tuple[subprocess.Popen[str], Relay, Switch]]:
    """The program, as Ruth's or Mia's, at a hub that it takes for Five9."""
    where = os.environ.get("FIVE9_GO_PROGRAMS", "")
    if not where or not (Path(where) / name).exists():
        pytest.skip(f"FIVE9_GO_PROGRAMS does not say where there is a program {name}")
    user = next(scope.partition(":")[2] for scope in scopes if scope.startswith("agent:"))
    with faultless(), Relay(HOST) as relay, Tunnel(relay.port) as tunnel:
        hub = Hosted(SETTINGS.format(url=f"https://{HOST}"), data=str(folder), accounts={user: scopes})
        relay.upstream = hub.url
        environment = {"HTTPS_PROXY": tunnel.url, "SSL_CERT_FILE": str(relay.ca_file), "HOME": str(folder)}
        for word in ("FIVE9", "FIVE9_"):
            environment |= {f"{word}USERNAME": user, f"{word}PASSWORD": PASSWORD}
        with subprocess.Popen(
            [str(Path(where) / name)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as program:
            try:
                yield program, relay, Switch(hub, relay)
            finally:
                program.kill()
                program.wait()
                hub.stop()
        assert set(tunnel.asked) == {f"{HOST}:443"}


def _saying(program: subprocess.Popen[str], words: str) -> str:
    """The next line that has these words."""
    assert program.stdout is not None
    heard = []
    for line in program.stdout:
        heard.append(line)
        if words in line:
            return line
    raise AssertionError("".join(heard))


def test_the_librarys_sample_lists_the_users(tmp_path: Path, accept: bool) -> None:
    with _program("getAllUsers", tmp_path, "agent:ruth", "team:harbour") as (program, relay, _):
        assert "8 users" in _saying(program, "users within your Five9 Domain")
        assert program.wait(PATIENCE) == 0
        if accept:
            RECORDING.write_text(_recorded(relay), encoding="utf-8")


def test_the_librarys_sample_follows_the_agents_whatever_reasons_they_have(tmp_path: Path) -> None:
    with _program("getAgentState", tmp_path, "agent:ruth", "team:crew") as (program, relay, switch):
        relay.until(lambda line: line["do"] == "down" and '"eventId":"5000"' in line["text"])
        switch.act("log_on", agent="mia")
        switch.act("set_agent_state", agent="mia", state="not_ready", reason="lunch")
        relay.until(lambda line: line["do"] == "down" and '"reasonCodeId":"lunch"' in line["text"])
        # It begins anew when it cannot read a frame: then there is a second socket.
        relay.until(lambda line: line["do"] == "down" and '"eventId":"1202"' in line["text"])
        assert "total agents" in _saying(program, "total agents")
        assert sum(line["do"] == "open" for line in relay.lines) == 1


def test_another_library_comes_through_the_states_of_a_login(tmp_path: Path) -> None:
    with _program("go-five9-api.test", tmp_path, "agent:mia") as (program, _, _):
        assert _saying(program, "PASS")
        assert program.wait(PATIENCE) == 0


def _recorded(relay: Relay) -> str:
    login = next(line for line in relay.lines if line["do"] == "answer" and "tokenId" in line["body"])
    body = json.loads(login["body"])
    secrets = {PASSWORD: "(password)", body["tokenId"]: "(token)", body["sessionId"]: "(session)"}
    provenance = {
        "recording": 1,
        "protocol": "five9",
        "end": "session",
        "story": "go-supervisor",
        "source": "third-party",
        "by": f"example/rest of five9-go at {COMMIT}; Cordboard 0.1.0",
        "url": "https://github.com/equalsgibson/five9-go",
        "obtained": "Written down by a relay with TLS between the sample and a hub with the simulated centre; nothing of the sample was changed",
        "date": "2026-11-21",
        "changed": "In the transcript password and tokens",
    }
    return dumps(provenance, redacted(relay.lines, {key: value for key, value in secrets.items() if key}))


def test_what_was_recorded_comes_to_the_same() -> None:
    async def retold() -> None:
        provenance, lines = loads(RECORDING.read_text(encoding="utf-8"))
        assert (provenance["source"], provenance["protocol"]) == ("third-party", "five9")
        async with ContactCentre() as centre:
            edge = Edge(centre.hub, protocol)
            retelling = Retelling(centre, edge, Likeness(MINTED))
            for line in lines:
                await retelling.tell(line)
            edge.leave()
        assert w.WORKING in {line["body"].strip('"') for line in lines if line["do"] == "answer"}

    asyncio.run(retold())
