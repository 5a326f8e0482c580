"""`cordboard doctor` as a person runs it, against things that are really broken."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from email.utils import formatdate
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from cordboard.app import running
from cordboard.app.doctor import FINDINGS, examination, examination_of_hub
from cordboard.app.doctor.findings import Finding
from cordboard.app.doctor.hosts import clock
from cordboard.hub.clock import SystemClock
from cordboard.model.events import AgentReady
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import draft
from cordboard.settings import Settings, load, parsed
from cordboard.store.inspection import holder, inspected
from cordboard.store.sqlite import SqliteStore
from cordboard.testing.proxy import FaultProxy, Trouble
from cordboard.testing.served import ServedCentre
from tests.browser.hosting import PASSWORD, write_accounts
from tests.hub.wire import company_proxy, vendor

Put = Callable[..., Awaitable[FaultProxy]]
CORDBOARD = (sys.executable, "-c", "from cordboard.cli import main; main()")


class Report:
    """What the doctor said."""

    def __init__(self, code: int, findings: list[Finding]) -> None:
        self.code = code
        self.findings = findings

    def of(self, about: str) -> list[str]:
        return [finding.code for finding in self.findings if finding.about == about]

    def one(self, code: str) -> Finding:
        (finding,) = (finding for finding in self.findings if finding.code == code)
        return finding

    @property
    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings} - {"fine"}


async def said(*words: str, **variables: str) -> tuple[int, str]:
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("CORDBOARD_")}, **variables}
    process = await asyncio.create_subprocess_exec(
        *CORDBOARD, "doctor", *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    out, err = await process.communicate()
    assert process.returncode in {0, 1}, err.decode()
    return process.returncode, out.decode()


async def report(*words: str, **variables: str) -> Report:
    """By the command, in a process of its own."""
    code, text = await said("--json", *words, **variables)
    return Report(code, [Finding(**item) for item in json.loads(text)["findings"]])


async def look(file: str, *, network: bool = True, login: bool = False) -> Report:
    """The same without the command, which takes a while to start."""
    settings = load(Path(file), {})
    return Report(0, [finding async for finding in examination(settings, network=network, login=login)])


async def asked(url: str) -> Report:
    return Report(0, [finding async for finding in examination_of_hub(Settings(), url)])


def link(name: str, url: str, **more: object) -> dict[str, Any]:
    return {"name": name, "protocol": "native", "options": {"url": url, "token_env": "T"}, **more}


def written(folder: Path, settings: Mapping[str, Any]) -> str:
    """The settings as a file. Only what JSON and TOML write alike is in them, but for the tables."""
    lines = [f"data = {json.dumps(str(settings.get('data', folder / 'data')))}"]
    for name in ("web", "web.rate", "network", "demo", "store"):
        table = settings.get(name, {"port": free_port()} if name == "web" else {})
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    for item in settings.get("links", ()):
        lines.append("[[links]]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in item.items() if isinstance(value, str)]
        for name in ("options", "network"):
            if name in item:
                lines += [f"[links.{name}]", *(f"{k} = {json.dumps(v)}" for k, v in item[name].items())]
    file = folder / "hub.toml"
    file.write_text("\n".join(lines))
    return str(file)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def root(door: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """A server with one page, the first; its address."""
    app = web.Application()
    app.router.add_get("/", door)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_what_is_wrong_with_each_host(fault_proxy: Put, tmp_path: Path) -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with vendor(hello=hello) as url, company_proxy() as company:
        broken = {
            flaw: await fault_proxy(url, tls=True, host=host)
            for flaw, host in (
                ("expired", "localhost"),
                ("wrong-host", "localhost"),
                ("untrusted", "localhost"),
            )
        }
        for flaw, proxy in broken.items():
            await proxy.make(Trouble(kind="certificate", flaw=flaw))  # type: ignore[arg-type]
        good = await fault_proxy(url, tls=True)
        soon = await fault_proxy(url, tls=True)
        mute = await fault_proxy(url, tls=True)
        await mute.make(Trouble(kind="mute"))
        links = [
            *(
                link(flaw, proxy.url, network={"ca_file": str(proxy.ca_file)})
                for flaw, proxy in broken.items()
            ),
            link("soon", soon.url, network={"ca_file": str(soon.ca_file)}),
            link("stranger", good.url),
            link("mute", mute.url),
            link("nobody", "https://nobody.invalid"),
            link("closed", f"http://127.0.0.1:{free_port()}"),
            link("plain", url),
            link("barred", good.url, network={"proxy": f"http://127.0.0.1:{company.port}"}),
            {"name": "sim", "protocol": "simulator"},
        ]
        served = {"port": free_port(), "public": good.url}
        file = written(tmp_path, {"links": links, "network": {"connect_seconds": 0.5}, "web": served})
        seen = await report("--config", file, T="token")
    assert {item["name"]: set(seen.of(f"links.{item['name']}")) for item in links} == {
        "expired": {"certificate-expired"},
        "wrong-host": {"certificate-wrong-host"},
        "untrusted": {"certificate-untrusted"},
        "soon": {"certificate-expires", "fine"},
        "stranger": {"certificate-untrusted"},
        "mute": {"connect-timeout"},
        "nobody": {"dns-failed"},
        "closed": {"connect-refused"},
        "plain": {"fine"},
        "barred": {"proxy-refused"},
        "sim": {"fine"},
    }
    assert seen.of("web.public") == ["certificate-untrusted"], (
        "as for those links that are told of no authority"
    )
    assert seen.code == 1
    assert "somewhere.else.invalid" in seen.one("certificate-wrong-host").message
    assert time.strftime("%Y-") in seen.one("certificate-expired").message
    assert "hub-not-running" in seen.codes


async def test_a_vendor_with_another_clock_and_no_health(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("T", "token")

    async def late(_: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Date": formatdate(time.time() - 600, usegmt=True)})

    async with root(late) as url:
        seen = await look(written(tmp_path, {"links": [link("v", url)]}))
    assert seen.of("links.v") == ["fine", "vendor-unwell", "clock-wrong"]
    assert "ahead of" in seen.one("clock-wrong").message


@pytest.mark.parametrize(
    ("off", "code"), [(0, None), (4, None), (60, "clock-off"), (-60, "clock-off"), (4000, "clock-wrong")]
)
def test_clocks(off: int, code: str | None) -> None:
    now = 1_767_225_600.0
    finding = clock(formatdate(now - off, usegmt=True), "x", now)
    assert (finding.code if finding else None) == code
    assert clock("yesterday", "x", now) is None


async def test_settings_origins_and_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origins = [
        "https://crm.example",
        "http://crm.example",
        "https://crm.example/page",
        "*",
        "http://localhost:3000",
        "https://*.crm.example",
        "https://*.lightning.force.com",
        "https://*.co.uk",
    ]
    settings = {
        "web": {"host": "0.0.0.0", "port": 1, "origins": origins, "public": "http://cti.example"},  # noqa: S104
        "demo": {"agent": "ann"},
        "links": [link("v", "https://nobody.invalid")],
    }
    seen = await report("--offline", "--config", written(tmp_path, settings))
    assert seen.of("web.origins") == [
        "fine",
        "origin-insecure",
        "origin-wrong",
        "origin-wrong",
        "fine",
        "fine",
        "origin-shared",
        "origin-wrong",
    ]
    assert "force.com" in seen.one("origin-shared").message
    assert {"public-insecure", "demo-open", "credentials-missing"} <= seen.codes
    settings["web"] = {"host": "0.0.0.0", "origins": []}  # noqa: S104
    settings["links"] = []
    seen = await look(written(tmp_path, settings), network=False)
    assert {"public-missing", "origins-none", "no-links"} <= seen.codes
    monkeypatch.setenv("T", "token")
    settings["links"] = [link("v", "no address"), link("w", "https://w.example", network={"ca_file": "none"})]
    seen = await look(written(tmp_path, settings), network=False)
    assert seen.of("links.v") == seen.of("links.w") == ["settings-wrong"]


async def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[web]\nprot = 1\n")
    code, text = await said("--config", str(wrong))
    assert code == 1
    first, last = text.splitlines()
    assert first.startswith("error   web.prot: unknown setting web.prot: did you mean port?")
    assert last == "1 looked at: 1 error(s), 0 warning(s), 0 note(s)"


async def test_who_may_log_in_and_how_many(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    people = {f"p{number}": {"hash": "", "scopes": ["tenant"]} for number in range(200)}
    (data / "accounts.json").write_text(json.dumps(people))
    seen = await look(written(tmp_path, {}), network=False)
    assert (
        "200 accounts: 10 at once, then 10 a minute, the last after 19 minutes"
        in seen.one("logins-few").message
    )
    seen = await look(written(tmp_path, {"web.rate": {"login_per_minute": 0}}), network=False)
    assert "logins-few" not in seen.codes
    (data / "ended-logins.json").write_text("{")
    seen = await look(written(tmp_path, {}), network=False)
    assert "ended-logins.json" in seen.one("logins-wrong").message


async def test_more_links_than_a_vendor_lets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", "token")
    asked_for: list[str] = []

    async def ready(request: web.Request) -> web.Response:
        asked_for.append(request.path)
        return web.Response()

    async with root(ready) as url:
        links = [link(f"l{number}", url, agent=f"a{number}") for number in range(31)]
        seen = await look(written(tmp_path, {"links": links}))
    found = seen.one("logins-many")
    assert (found.level, found.about) == ("note", "links")
    assert "31 log in at 127.0.0.1:" in found.message
    assert "the last after 2 minute(s)" in found.message
    assert len(asked_for) == 1, "one host is looked at once"


async def test_where_a_login_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five9 tells the data centre at login: nobody wrote it into the settings, and it may be wrong all the same."""
    monkeypatch.setenv("PW", PASSWORD)
    there = tmp_path / "there"
    write_accounts(there, {"mia": ["agent:mia"]})
    for centre, code in (
        ({"host": "dc9.invalid", "port": 443}, "dns-failed"),
        ({"host": "127.0.0.1", "port": 9}, "connect-refused"),
    ):
        served = parsed(
            {
                "data": str(there),
                "web": {"port": 0},
                "protocols": {"five9": {"data_centre": centre}},
                "links": [{"name": "sim", "protocol": "simulator", "options": {"people": False}}],
            }
        )
        async with running(served) as app:
            options = {"url": f"http://127.0.0.1:{app.edge.port}", "username": "mia", "password_env": "PW"}
            f9 = {"name": "f9", "protocol": "five9", "agent": "mia", "options": options}
            seen = await look(written(tmp_path, {"links": [f9]}), login=True)
        assert seen.of("links.f9") == ["fine", "fine", "link-down", code]
        assert f"{centre['host']}:{centre['port']}" in seen.one(code).message
        assert code in seen.one("link-down").message


async def test_the_disk(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    seen = await look(written(tmp_path, {}), network=False)
    assert seen.codes == {"folder-open", "no-links", "origins-none"}
    seen = await report("--offline", "--data", "/proc/nothing")
    assert {"folder-missing", "folder-unwritable"} <= seen.codes
    assert seen.code == 1


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs to mount")
async def test_a_disk_that_is_full(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    script = (
        f"mount -t tmpfs -o size=1m,mode=700 tmpfs {data} && (head -c 2m /dev/zero > {data}/rest 2>/dev/null;"
        f' exec {sys.executable} -c "from cordboard.cli import main; main()" doctor --json --offline --data {data})'
    )
    process = await asyncio.create_subprocess_exec(
        "unshare", "-m", "sh", "-c", script, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()
    if b"mount" in err:
        pytest.skip("this machine lets nobody mount")
    assert process.returncode == 1
    codes = {finding["code"] for finding in json.loads(out)["findings"]}
    assert {"folder-unwritable", "disk-full"} & codes


async def filled(path: Path) -> None:
    store = SqliteStore(path)
    await store.open(lambda _: None)
    clock = SystemClock()
    for _ in range(20):
        await store.append([draft(Subject("agent/ann"), AgentReady(link=LinkId("lk")), clock.now(), "")])
    await store.close()


async def test_the_log_is_looked_into_and_left_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    path = data / "log.db"
    await filled(path)
    assert (inspected(path).entries, inspected(path).damaged) == (20, 0)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE entries SET body = replace(body, 'lk', 'xx') WHERE seq = 7")
        connection.execute("INSERT INTO torn VALUES ('agent/ann', 1, 1, '', '', '', 'e')")
        connection.commit()
    (data / "token-keys.json").write_text("no keys")
    seen = await look(written(tmp_path, {}), network=False)
    assert seen.of("store") == ["store-damaged", "store-torn"]
    assert "1 of the last 20" in seen.one("store-damaged").message
    assert "keys-wrong" in seen.codes
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE key = 'schema'")
        connection.commit()
    assert inspected(path).newer
    path.write_bytes(b"no database" * 1000)
    assert inspected(path).trouble
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE x (y)")
    assert "not a log" in inspected(tmp_path / "other.db").trouble


async def test_a_log_that_another_process_holds(tmp_path: Path) -> None:
    path = tmp_path / "data" / "log.db"
    path.parent.mkdir(mode=0o700)
    assert holder(path) is None
    store = SqliteStore(path)
    await store.open(lambda _: None)
    assert holder(path) == str(os.getpid())
    seen = await look(written(tmp_path, {}))
    assert str(os.getpid()) in seen.one("store-locked").message
    await store.close()
    assert holder(path) is None


async def test_a_hub_that_runs(
    served_centre: ServedCentre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await report("--url", served_centre.url)
    assert (seen.code, seen.codes) == (0, {"origin-unused"})
    assert "its credentials were accepted" in next(
        finding.message for finding in seen.findings if finding.about == "links.sim"
    )
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert (await asked(nowhere)).of(nowhere) == ["hub-unreachable"]
    monkeypatch.setenv("T", served_centre.token("noor"))
    monkeypatch.setenv("BAD", "nonsense")
    good = link("good", served_centre.url, agent="noor")
    bad = link("bad", served_centre.url, agent="noor")
    bad["options"] = {"url": served_centre.url, "token_env": "BAD"}
    port = int(served_centre.url.rpartition(":")[2])
    file = written(tmp_path, {"links": [good, bad], "web": {"port": port}})
    async with aiohttp.ClientSession() as client:
        for _ in range(2):
            await client.get(f"{served_centre.url}/v1/subjects", headers={"Origin": "https://crm.exmaple"})
    seen = await look(file, login=True)
    assert "link-login" in seen.of("links.bad")
    assert "'https://crm.exmaple', 2 time(s)" in seen.one("origin-stranger").message
    assert set(seen.of("links.good")) == {"fine"}
    assert "a hub runs there" in next(
        finding.message for finding in seen.findings if finding.about == f"http://127.0.0.1:{port}"
    )


async def test_links_of_a_running_hub_and_a_port_that_is_taken(tmp_path: Path) -> None:
    async def ready(_: web.Request) -> web.Response:
        states = ["up", "starting", "down", "login", "gave-up"]
        return web.json_response(
            {
                "ready": False,
                "store": {"writable": False, "reason": "the disk is full"},
                "links": [
                    {"link": state, "protocol": "native", "state": state, "reason": "dns-failed"}
                    for state in states
                ]
                + [{"link": "twice", "protocol": "five9", "state": "login", "reason": "duplicate-login"}],
                "origins": {"since": 1, "unused": ["https://crm.example"], "refused": {}},
            },
            status=503,
        )

    async with vendor(readyz=ready) as url:
        seen = await asked(url)
        assert seen.codes == {
            "log-unwritable",
            "link-starting",
            "link-down",
            "link-login",
            "link-duplicate",
            "link-gave-up",
            "origin-unused",
        }
        assert seen.of("links.twice") == ["link-duplicate"]
        assert "The host's name is not known" in seen.one("link-down").message
    async with vendor() as url:
        file = written(tmp_path, {"web": {"port": int(url.rpartition(":")[2])}})
        assert "port-taken" in (await look(file)).codes


def test_every_finding_says_what_to_do_and_stands_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/findings.md").read_text()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == list(FINDINGS)
    for code, kind in FINDINGS.items():
        assert kind.text.strip(), code
        assert kind.fix.endswith("."), code
