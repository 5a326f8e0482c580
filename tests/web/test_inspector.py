"""The inspector's doors, over a real hub with the simulated contact centre: two agents, one caller, one thread."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cordboard.app import App, running
from cordboard.contract import Identity
from cordboard.model import commands as c
from cordboard.model.entities import Availability, Target, TargetKind
from cordboard.model.events import Unrecognised
from cordboard.model.ids import CommandId, ContactId, LinkId, Subject, agent_subject
from cordboard.model.log import draft
from cordboard.settings import parsed

Json = dict[str, Any]
NAME, NUMBER = "Dmitri Hale", "+44 20 7946 0104"
ALL = ("tenant", "inspect")


class Floor:
    """The hub, its agents, and who looks at them."""

    def __init__(self, app: App, client: aiohttp.ClientSession, name: str = "k") -> None:
        self.app = app
        self.client = client
        self._name, self._number = name, 0

    def header(self, *scopes: str) -> dict[str, str]:
        token, _ = self.app.tokens.mint("eve", frozenset(scopes), seconds=60, now=self.app.hub.clock.now())
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, *scopes: str, status: int = 200) -> Json:
        url = f"{self.app.url}/v1/inspect/{path}"
        async with self.client.get(url, headers=self.header(*(scopes or ALL))) as answer:
            told: Json = await answer.json()
            assert answer.status == status, told
            return told

    async def happens(self, name: str, **params: object) -> None:
        body = {"name": name, "params": params}
        await self._console("act", body)

    async def drops(self) -> None:
        await self._console("fault", {"drop": 50})

    async def _console(self, door: str, body: Json) -> None:
        url = f"{self.app.url}/links/sim/console/{door}"
        async with self.client.post(url, json=body, headers=self.header("simulate")) as answer:
            assert answer.status == 200, await answer.text()

    async def does(self, agent: str, service: c.Service) -> c.Outcome:
        self._number += 1
        command = c.Command(
            id=CommandId(f"{self._name}{self._number}"), subject=agent_subject(agent), service=service
        )
        outcome: c.Outcome = await self.app.hub.execute(command, _identity(agent))
        return outcome

    async def contact(self, agent: str) -> ContactId:
        """The agent's open contact, once there is one."""

        def known() -> ContactId | None:
            state = self.app.hub.state(agent_subject(agent))
            return next(iter(state.contacts), None) if state is not None else None

        found: ContactId = await until(known)
        return found

    async def way(self, agent: str, contact: str, *scopes: str) -> Json:
        return await self.get(f"contacts/agent/{agent}/{contact}", *scopes)


def _identity(agent: str) -> Identity:
    return Identity(subject=agent, scopes=frozenset({f"agent:{agent}"}), agent=agent)


async def until(what: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is waited for
    async with asyncio.timeout(10):
        while not (found := what()):  # noqa: ASYNC110 - what tells of it is in the hub
            await asyncio.sleep(0.01)
    return found


@pytest.fixture
async def floor(tmp_path: Path, client: aiohttp.ClientSession) -> AsyncIterator[Floor]:
    settings = parsed(
        {
            "data": str(tmp_path),
            "web": {"port": 0},
            "links": [{"name": "sim", "protocol": "simulator", "options": {"people": False}}],
        }
    )
    async with running(settings) as app:
        await app.hub.settled()
        yield Floor(app, client)


Transferred = Callable[[], Awaitable[tuple[str, str]]]


@pytest.fixture
def transferred(floor: Floor) -> Transferred:
    """Mia takes a call, asks Noor, and hands the caller over. The two contacts."""

    async def done() -> tuple[str, str]:
        for agent in ("mia", "noor"):
            await floor.does(agent, c.SetAgentState(state=Availability.READY))
        await floor.happens("ring", number=NUMBER, to="2001", data={"NQ": "4711-secret"})
        mia = await floor.contact("mia")
        assert isinstance(await floor.does("mia", c.RetrieveCall(contact=mia)), c.Refused)
        await floor.does("mia", c.AnswerCall(contact=mia))
        await floor.does("mia", c.TakeNote(contact=mia, text="owes us a great deal"))
        await floor.does("mia", c.GenerateDigits(contact=mia, digits="5550199"))
        noor = Target(kind=TargetKind.AGENT, id="noor")
        await floor.does("mia", c.ConsultationCall(contact=mia, target=noor))
        other = await floor.contact("noor")
        await floor.does("noor", c.AnswerCall(contact=other))
        outcome = await floor.does("mia", c.TransferCall(contact=mia))
        assert isinstance(outcome, c.Done), outcome
        await floor.app.hub.settled()
        return mia, other

    return done


def types(way: Json) -> list[str]:
    return [step["event"]["type"] if step["event"] else "" for step in way["steps"]]


async def test_a_transferred_call_is_one_thread(floor: Floor, transferred: Transferred) -> None:
    mia, noor = await transferred()
    way = await floor.way("mia", mia)
    other = await floor.way("noor", noor)
    assert [(line["subject"], line["contact"]) for line in way["lines"]] == [
        ("agent/mia", mia),
        ("agent/noor", noor),
    ]
    assert {line["thread"] for line in way["lines"]} == {way["thread"]}
    assert way["steps"] == other["steps"]
    assert way["unseen"] == 0
    at = [step["at"] for step in way["steps"]]
    assert at == sorted(at)
    assert [step["gap"] for step in way["steps"][1:]] == [b - a for a, b in itertools.pairwise(at)]
    for subject in ("agent/mia", "agent/noor"):
        seqs = [step["seq"] for step in way["steps"] if step["subject"] == subject and step["seq"]]
        assert seqs == sorted(set(seqs))
    assert types(way).count("Transferred") == 2
    assert "NoteTaken" in types(way)


async def test_each_step_says_what_led_to_it_and_when_it_got_where(
    floor: Floor, transferred: Transferred
) -> None:
    mia, _ = await transferred()
    way = await floor.way("mia", mia)
    first = way["steps"][0]
    assert (first["event"]["type"], first["frame"]["kind"], first["seen"]) == ("Delivered", "called", True)
    assert first["frame"]["where"] == "POST act"
    assert NUMBER in first["frame"]["text"]
    assert int(first["origin"]) > 0
    assert 0 < first["appended"] <= first["on_disk"] <= first["shown"]
    answered = next(step for step in way["steps"] if step["event"] and step["event"]["type"] == "Established")
    assert (answered["frame"]["kind"], answered["frame"]["link"]) == ("command", "sim")
    issued = next(
        step["errand"]
        for step in way["steps"]
        if step["errand"] and step["errand"]["service"] == "AnswerCall"
    )
    assert answered["frame"]["where"] == issued["id"]
    assert issued["by"] == "mia"
    assert issued["outcome"]["outcome"] == "done"
    times = [issued[name] for name in ("taken", "on_disk", "given", "answered", "settled")]
    assert times == sorted(times)
    assert times[0] > 0


async def test_a_refused_command_is_there_though_the_log_knows_nothing_of_it(
    floor: Floor, transferred: Transferred
) -> None:
    mia, _ = await transferred()
    way = await floor.way("mia", mia)
    [refused] = [step for step in way["steps"] if step["event"] is None]
    assert refused["seq"] == 0
    assert (refused["errand"]["service"], refused["errand"]["by"]) == ("RetrieveCall", "mia")
    assert refused["errand"]["outcome"]["code"] == "wrong-state"
    assert refused["errand"]["given"] == 0


async def test_pages_that_were_told_are_counted(floor: Floor) -> None:
    await floor.does("mia", c.SetAgentState(state=Availability.READY))
    header = floor.header("agent:mia")["Authorization"].removeprefix("Bearer ")
    async with floor.client.ws_connect(f"{floor.app.url}/v1/socket") as socket:
        await socket.send_json({"type": "hello", "token": header})
        await socket.send_json({"type": "watch", "subjects": {"agent/mia": None}})
        while (await socket.receive_json())["type"] != "joined":
            pass
        await floor.happens("ring", number=NUMBER, to="2001")
        frame = await socket.receive()
        while json.loads(frame.data).get("event", {}).get("type") != "Delivered":
            frame = await socket.receive()
        sent = len(frame.data)
        contact = await floor.contact("mia")
        way = await floor.way("mia", contact)
    assert way["steps"][0]["told"] == [{"protocol": "native", "pages": 1, "bytes": sent}]


async def test_a_cut_link_is_a_gap(floor: Floor) -> None:
    await floor.does("mia", c.SetAgentState(state=Availability.READY))
    await floor.happens("ring", number=NUMBER, to="2001")
    contact = await floor.contact("mia")
    await floor.drops()

    def up() -> bool:
        return floor.app.hub.states[agent_subject("mia")].links[LinkId("sim")].up

    await until(lambda: not up())
    down = await floor.way("mia", contact)
    assert [(gap["link"], gap["until"], gap["cause"]) for gap in down["gaps"]] == [
        ("sim", 0, "dropped-on-purpose")
    ]
    await until(up)
    await floor.app.hub.settled()
    way = await floor.way("mia", contact)
    [gap] = way["gaps"]
    assert gap["until"] >= gap["since"] > 0
    seen = types(way)
    assert seen.index("LinkDown") < seen.index("LinkUp") < seen.index("Snapshot")
    snapshot = way["steps"][seen.index("Snapshot")]["event"]
    assert [item["id"] for item in snapshot["contacts"]] == [contact]
    assert "profile" not in snapshot


# --- who may see what --------------------------------------------------------------------------------------------------


async def test_without_the_scope_nothing_is_seen(floor: Floor, transferred: Transferred) -> None:
    mia, _ = await transferred()
    one = f"contacts/agent/mia/{mia}"
    for path in ("contacts", one, f"{one}/download", "entries?subject=agent/mia", "unrecognised"):
        told = await floor.get(path, "tenant", "tenant:command", "agent:mia", "simulate", status=403)
        assert told["error"]["details"] == {"scope": "inspect"}


async def test_other_agents_parts_are_not_seen(floor: Floor, transferred: Transferred) -> None:
    mia, noor = await transferred()
    mine = ("inspect", "agent:mia")
    assert {line["subject"] for line in (await floor.get("contacts", *mine))["contacts"]} == {"agent/mia"}
    way = await floor.way("mia", mia, *mine)
    assert {step["subject"] for step in way["steps"]} == {"agent/mia"}
    assert [line["subject"] for line in way["lines"]] == ["agent/mia"]
    assert way["unseen"] == 1
    one = f"contacts/agent/noor/{noor}"
    for path in (one, f"{one}/download", "entries?subject=agent/noor"):
        assert (await floor.get(path, *mine, status=403))["error"]["code"] == "not-allowed"
    nobody = await floor.get("contacts?agent=noor", *mine)
    assert nobody["contacts"] == []
    both = await floor.get("contacts", *ALL)
    assert {line["subject"] for line in both["contacts"]} == {"agent/mia", "agent/noor"}


async def test_a_frame_that_tells_of_others_too_is_held_back(floor: Floor, transferred: Transferred) -> None:
    mia, _ = await transferred()
    for scopes, some in ((ALL, True), (("inspect", "agent:mia"), False)):
        way = await floor.way("mia", mia, *scopes)
        start = next(
            step["frame"]
            for step in (await floor.get("entries?subject=agent/mia&limit=1000", *scopes))["steps"]
            if step["frame"] and step["frame"]["kind"] == "start"
        )
        assert start["led"] > 10
        assert start["whole"] is some
        assert way["steps"][0]["frame"]["text"]


async def test_unrecognised_frames_are_shown_to_whom_they_concern(floor: Floor) -> None:
    event = Unrecognised(link=LinkId("sim"), channel="events", data="what is this?")
    await floor.app.hub.append([draft(Subject("agent/mia"), event, floor.app.hub.clock.now())])
    await floor.app.hub.settled()
    [step] = (await floor.get("unrecognised"))["steps"]
    assert step["event"]["data"] == "what is this?"
    assert (await floor.get("unrecognised", "inspect", "agent:noor"))["steps"] == []


# --- finding -------------------------------------------------------------------------------------------------------------


async def test_contacts_are_found_by_what_one_knows_of_them(floor: Floor, transferred: Transferred) -> None:
    mia, noor = await transferred()

    async def found(query: str) -> set[str]:
        return {line["contact"] for line in (await floor.get(f"contacts?{query}"))["contacts"]}

    assert await found("text=dmitri") == {mia, noor}
    assert await found("text=2079460104") == {mia, noor}
    assert await found("text=20 7946-0104") == {mia, noor}
    assert await found(f"text={mia}") == {mia}
    assert await found("text=nobody") == set()
    assert await found("agent=noor") == {noor}
    assert await found("state=past") == set()
    assert await found("state=live&limit=1") == {noor}
    await floor.does("mia", c.CompleteContact(contact=ContactId(mia)))
    await until(lambda: not floor.app.hub.states[agent_subject("mia")].contacts)
    assert await found("state=past") == {mia}
    for query, field in (("state=odd", "state"), ("limit=0", "limit"), ("limit=x", "limit")):
        told = await floor.get(f"contacts?{query}", status=400)
        assert told["error"]["details"] == {"field": field}


async def test_contacts_that_the_state_has_forgotten_are_found_in_the_log(floor: Floor) -> None:
    await floor.does("mia", c.SetAgentState(state=Availability.READY))
    contacts = []
    for _ in range(23):
        await floor.happens("ring", number=NUMBER, to="2001")
        contact = await floor.contact("mia")
        contacts.append(contact)
        await floor.does("mia", c.AnswerCall(contact=contact))
        await floor.does("mia", c.ClearConnection(contact=contact))
        await floor.does("mia", c.CompleteContact(contact=contact))
        await until(lambda: not floor.app.hub.states[agent_subject("mia")].contacts)
    listed = await floor.get("contacts?agent=mia")
    assert [line["contact"] for line in listed["contacts"]] == contacts[::-1]
    assert not listed["more"]
    assert (await floor.get("contacts?agent=mia&limit=5"))["more"]
    way = await floor.way("mia", contacts[0])
    assert {step["event"]["contact"] for step in way["steps"] if "contact" in (step["event"] or {})} == {
        contacts[0]
    }
    assert "ContactClosed" in types(way)
    await floor.get("contacts/agent/mia/nothing", status=404)


async def test_who_has_seen_it_all_hears_so(floor: Floor, transferred: Transferred) -> None:
    mia, _ = await transferred()
    mark = ""
    for path in ("contacts", f"contacts/agent/mia/{mia}"):
        mark = (await floor.get(path))["mark"]
        assert (await floor.get(f"{path}?after={mark}"))["unchanged"] is True
    await floor.does("mia", c.RetrieveCall(contact=ContactId(mia)))
    assert "steps" in await floor.get(f"contacts/agent/mia/{mia}?after={mark}")


async def test_one_agent_is_followed_from_a_place_on(floor: Floor, transferred: Transferred) -> None:
    await transferred()
    first = await floor.get("entries?subject=agent/mia&limit=3")
    assert [step["seq"] for step in first["steps"]] == [
        floor.app.hub.states[agent_subject("mia")].seq - back for back in (2, 1, 0)
    ]
    await floor.does("mia", c.SetAgentState(state=Availability.READY))
    await floor.app.hub.settled()
    rest = await floor.get(f"entries?subject=agent/mia&after={first['position']}")
    assert rest["steps"][0]["seq"] == first["steps"][-1]["seq"] + 1
    assert rest["steps"][0]["event"]["type"] == "CommandIssued"
    assert not rest["more"]
    assert (await floor.get("entries?subject=agent/mia&after=x", status=400))["error"][
        "code"
    ] == "bad-position"
    assert (await floor.get("entries?subject=agent/nobody", status=404))["error"]["code"] == "not-found"


async def test_the_command_line_prints_the_way(
    floor: Floor, transferred: Transferred, tmp_path: Path
) -> None:
    mia, noor = await transferred()

    async def printed(*words: str) -> str:
        program = (sys.executable, "-c", "from cordboard.cli import main; main()", "trace", *words)
        process = await asyncio.create_subprocess_exec(
            *program, "--url", floor.app.url, "--data", str(tmp_path), stdout=subprocess.PIPE
        )
        out, _ = await process.communicate()
        assert process.returncode == (2 if "nobody" in words else 0)
        return out.decode()

    told = await printed(mia)
    assert told.splitlines()[:2] == [f"{mia}\tagent/mia\ttransferred", f"{noor}\tagent/noor\tactive"]
    assert "RetrieveCall by mia: refused wrong-state" in told
    assert "sim: command k" in told
    assert await printed(NAME) == told
    redacted = await printed(NUMBER, "--redacted")
    assert json.loads(redacted)["steps"]
    assert "Dmitri" not in redacted
    assert await printed("nobody") == ""


# --- the download --------------------------------------------------------------------------------------------------------


async def test_the_download_has_nothing_personal_and_still_joins(
    floor: Floor, transferred: Transferred
) -> None:
    mia, _ = await transferred()
    path = f"contacts/agent/mia/{mia}/download"
    url = f"{floor.app.url}/v1/inspect/{path}"
    async with floor.client.get(url, headers=floor.header(*ALL)) as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="contact-{mia}.json"'
        text = await answer.text()
    for personal in ("Dmitri", "Hale", "7946", "0104", "4711", "secret", "great deal", "5550199"):
        assert personal not in text, personal
    bare, whole = json.loads(text), await floor.way("mia", mia)
    assert [step["at"] for step in bare["steps"]] == [step["at"] for step in whole["steps"]]
    assert types(bare) == types(whole)
    customers = {line["customer"]["number"] for line in bare["lines"]}
    assert len(customers) == 1
    [alias] = customers
    assert alias.startswith("[number-")
    assert alias in bare["steps"][0]["frame"]["text"]
    assert bare["steps"][0]["event"]["call_facts"]["ani"] == alias
    assert "Noor" in text


async def test_frames_off_a_wire_are_shown_and_in_the_download_only_their_shape(
    floor: Floor, tmp_path: Path
) -> None:
    """A second hub hangs on the first one, so that its link has real frames."""
    token = floor.header("tenant", "tenant:command")["Authorization"].removeprefix("Bearer ")
    (tmp_path / "token").write_text(token)
    options = {"url": floor.app.url, "token_file": str(tmp_path / "token")}
    settings = parsed(
        {
            "data": str(tmp_path / "far"),
            "web": {"port": 0},
            "links": [{"name": "hop", "protocol": "native", "options": options}],
        }
    )
    async with running(settings) as app:
        far = Floor(app, floor.client, "far")
        await until(lambda: agent_subject("mia") in app.hub.states)
        await floor.does("mia", c.SetAgentState(state=Availability.READY))
        await floor.happens("ring", number=NUMBER, to="2001", data={"NQ": "4711-secret"})
        contact = await far.contact("mia")
        await until(lambda: not app.hub.states[agent_subject("mia")].contacts[contact].flags)
        assert isinstance(await far.does("mia", c.AnswerCall(contact=contact)), c.Done)
        await app.hub.settled()
        way = await far.way("mia", contact)
        bare = await far.get(f"contacts/agent/mia/{contact}/download")
    offered = next(step for step in way["steps"] if step["event"]["type"] == "Delivered")
    assert (offered["frame"]["kind"], offered["frame"]["link"]) == ("received", "hop")
    assert NAME in offered["frame"]["text"]
    assert offered["frame"]["at"] <= offered["appended"]
    issued = next(step["errand"] for step in way["steps"] if step["errand"])
    assert issued["service"] == "AnswerCall"
    assert issued["taken"] <= issued["given"] <= issued["answered"]
    text = json.dumps(bare)
    for personal in ("Dmitri", "Hale", "7946", "4711", token):
        assert personal not in text, personal
    shape = next(step["frame"] for step in bare["steps"] if step["event"]["type"] == "Delivered")
    if offered["frame"]["whole"]:
        assert json.loads(shape["text"])["event"]["type"] == "Delivered"
    else:
        assert shape["text"] == ""
