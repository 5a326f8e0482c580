"""The command line as users meet it: what it prints, how it ends, and never a traceback for a mistake of theirs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cordboard.app import running
from cordboard.cli import main
from cordboard.model.errors import CallerError
from cordboard.settings import Settings
from cordboard.web.tokens import Tokens, key_file

NOW_ISH = 1_700_000_000_000

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def ran(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cordboard", *words])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        assert code is None or isinstance(code, int)
        return code or 0, told.out, told.err

    return ran


def test_every_word_explains_itself(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for word in ("serve", "demo", "sim", "token", "account", "key", "config", "tail", "trace", "version"):
        assert word in out
        assert run(word, "--help")[0] == 0
    assert run("version")[1].startswith("cordboard 0.")


def test_a_word_that_there_is_not_is_refused(run: Run) -> None:
    code, _, err = run("srve")
    assert code == 2
    assert "srve" in err


def test_tokens_are_minted_from_the_keys_of_the_data_folder(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("token", "mint", "--agent", "ann", "--ttl", "60", "--data", "d")
    assert code == 0
    claims = Tokens(key_file(tmp_path / "d" / "token-keys.json")).verify(out.strip(), NOW_ISH)
    assert (claims.sub, claims.agent, claims.scopes, claims.exp - claims.iat) == (
        "cli",
        "ann",
        ("agent:ann",),
        60,
    )
    assert run("token", "rotate", "--data", "d")[0] == 0
    assert Tokens(key_file(tmp_path / "d" / "token-keys.json")).verify(out.strip(), NOW_ISH) == claims


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "mint"), "name an --agent"),
        (("token", "mint", "--scope", "root"), "'root' is no scope"),
        (("token", "mint", "--agent", "a", "--ttl", "99999999"), "at most 86400 seconds"),
        (("account", "add", "ann", "--agent", "ann", "--password-env", "NOT_SET"), "NOT_SET is not set"),
        (("account", "remove", "nobody"), "no account 'nobody'"),
        (("key", "remove", "nothing"), "no API key 'nothing'"),
        (("key", "add", "crm", "--scope", "all"), "'all' is no scope"),
        (("config", "check", "nothing.toml"), "cannot read nothing.toml"),
        (("serve", "--config", "nothing.toml"), "cannot read nothing.toml"),
        (("tail", "ann"), "'ann' is no subject"),
        (("tail", "agent/ann", "--url", "http://127.0.0.1:1"), "nobody answers at http://127.0.0.1:1"),
        (("tail", "agent/ann", "--url", "nonsense"), "'nonsense' is no address"),
        (("tail", "agent/ann", "--store", "nothing.db"), "nothing.db is not the file of a store"),
        (("sim", "ring", "1", "2", "--url", "http://127.0.0.1:1"), "nobody answers"),
        (("sim", "act", "ring", "nonsense", "--url", "http://127.0.0.1:1"), "'nonsense' is no name=value"),
        (("sim", "state", "--token-env", "NOT_SET"), "NOT_SET is not set"),
    ],
)
def test_a_mistake_is_said_in_one_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.startswith("cordboard: ")
    assert err.count("\n") == 1


def test_accounts_and_keys_come_and_go(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "correct horse")
    assert run("account", "add", "ann", "--agent", "ann", "--password-env", "PASSWORD")[0] == 0
    assert run("account", "add", "ann", "--agent", "ann", "--password-env", "PASSWORD")[0] == 2
    assert run("account", "list")[1] == "ann\tann\tagent:ann\n"
    assert run("account", "password", "ann", "--password-env", "PASSWORD")[0] == 0
    assert run("account", "remove", "ann")[0] == 0
    assert run("account", "list")[1] == ""
    key = run("key", "add", "crm", "--scope", "agent:*")[1].strip()
    listed = run("key", "list")[1]
    assert listed.split() == [key.split("_")[1], "crm", "agent:*"]
    assert key not in listed
    assert run("key", "remove", key.split("_")[1])[0] == 0


def test_settings_are_checked_before_anything_runs(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    good = '[[links]]\nname = "sim"\nprotocol = "simulator"\n'
    for text, said in (
        ("[web]\nprot = 1\n", "did you mean port?"),
        ('[web]\norigins = ["https://crm.example/"]\n', "write 'https://crm.example'"),
        ('[store]\nkind = "paper"\n', "no store 'paper' is installed"),
        ('[[links]]\nname = "x"\nprotocol = "nonsense"\n', "no protocol 'nonsense' is installed"),
        (f"{good}options = {{ speed = 'fast' }}\n", "speed"),
        ('[[links]]\nname = "x"\nprotocol = "native"\n', "url"),
    ):
        file.write_text(text)
        code, _, err = run("config", "check", "c.toml")
        assert (code, said in err) == (2, True), err
    file.write_text(good)
    code, out, _ = run("config", "check", "c.toml")
    assert (code, "is fine: 1 link(s)" in out) == (0, True)
    assert not (tmp_path / ".data").exists()


def test_the_settings_are_listed(run: Run) -> None:
    code, out, _ = run("config", "show")
    assert code == 0
    assert "web.port = 8765    # CORDBOARD_WEB_PORT" in out


async def test_a_port_in_use_is_said_so(settings: Callable[..., Settings]) -> None:
    async with running(settings(links=[])) as app:
        with pytest.raises(CallerError, match="is something else running there") as refused:
            async with running(settings(links=[], web={"port": app.edge.port})):
                pass
        assert refused.value.details == {"field": "web.port"}
