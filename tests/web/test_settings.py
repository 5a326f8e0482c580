from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cordboard.model.errors import CallerError
from cordboard.settings import Settings, link_options, load, parsed, reference


def refused(raw: dict[str, object]) -> CallerError:
    with pytest.raises(CallerError) as error:
        parsed(raw)
    assert error.value.code == "bad-field"
    return error.value


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "cordboard.toml"
    file.write_text(text)
    return file


def test_nothing_has_to_be_set() -> None:
    assert load(None, {}) == Settings()


def test_a_file_sets_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        data = "here"
        [web]
        port = 9000
        origins = ["https://crm.example"]
        [hub]
        deny = ["+1900*"]
        [[links]]
        name = "main"
        protocol = "native"
        options = { url = "https://hub.example", token_env = "CORDBOARD_HUB_TOKEN" }
        """,
    )
    found = load(file, {})
    assert (found.web.port, found.web.origins, found.rules.deny) == (
        9000,
        ("https://crm.example",),
        ("+1900*",),
    )
    assert found.store_settings() == {"path": "here/log.db"}
    found = load(
        file,
        {
            "CORDBOARD_WEB_PORT": "9001",
            "CORDBOARD_WEB_ORIGINS": "https://a.example, https://b.example",
            "CORDBOARD_WEB_RATE_LOGIN_PER_MINUTE": "2.5",
            "CORDBOARD_WEB_METRICS": "false",
            "CORDBOARD_STORE_KIND": "memory",
            "CORDBOARD_HUB_TOKEN": "named by a link, so no setting of the table hub",
            "HOME": "/nowhere",
        },
    )
    assert (found.web.port, found.web.rate.login_per_minute, found.web.metrics) == (9001, 2.5, False)
    assert found.web.origins == ("https://a.example", "https://b.example")
    assert found.store_settings() == {}


@pytest.mark.parametrize(
    ("raw", "field", "said"),
    [
        ({"wbe": {}}, "wbe", "did you mean web?"),
        ({"web": {"prot": 1}}, "web.prot", "did you mean port?"),
        ({"web": {"port": "8765"}}, "web.port", "expected `int`, got `str`"),
        ({"web": {"port": 70_000}}, "web.port", "<= 65535"),
        ({"web": {"rate": {"login_burst": 0}}}, "web.rate.login_burst", ">= 1"),
        ({"log": {"form": "xml"}}, "log.form", "invalid enum value"),
        ({"links": [{"protocol": "native"}]}, "links[0].name", "missing required field"),
        ({"links": [{"name": "A B", "protocol": "native"}]}, "links[0].name", "matching regex"),
        ({"links": [{"name": "a", "protocol": "native", "url": "x"}]}, "links.url", "unknown setting"),
        ({"links": [{"name": "a", "protocol": "x"}] * 2}, "links.name", "two links are named 'a'"),
        (
            {"links": [{"name": "a", "protocol": "x", "options": {"token": "abc"}}]},
            "links.a.options.token",
            "token_env",
        ),
        ({"web": 7}, "web", "expected `object`"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(raw: dict[str, object], field: str, said: str) -> None:
    error = refused(raw)
    assert error.details == {"field": field}
    assert said in error.message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CORDBOARD_WEB_PORT", "many"),
        ("CORDBOARD_WEB_METRICS", "perhaps"),
        ("CORDBOARD_WEB_PROT", "1"),
        ("CORDBOARD_STORE_OPTIONS", "x"),
    ],
)
def test_a_variable_that_sets_nothing_is_refused(variable: str, value: str) -> None:
    with pytest.raises(CallerError) as error:
        load(None, {variable: value})
    assert error.value.details == {"field": variable}


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match=r"cannot read .*: No such file"):
        load(tmp_path / "nothing.toml", {})
    with pytest.raises(CallerError, match="is not TOML"):
        load(written(tmp_path, "web = {"), {})


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    options = {"url": "x", "token_env": "HUB_TOKEN", "password_file": str(secret), "time_file": "kept"}
    (link,) = parsed({"links": [{"name": "a", "protocol": "x", "options": options}]}).links
    assert link_options(link, {"HUB_TOKEN": "from outside"}) == {
        "url": "x",
        "token": "from outside",
        "password": "from the file",
        "time_file": "kept",
    }
    with pytest.raises(CallerError, match="the variable HUB_TOKEN is not set"):
        link_options(link, {})
    secret.unlink()
    with pytest.raises(CallerError, match="cannot read it"):
        link_options(link, {"HUB_TOKEN": "x"})


def test_the_reference_tells_of_every_setting() -> None:
    rows = reference()
    assert [row.name for row in rows if not row.text] == []
    names = {row.name for row in rows}
    assert {"data", "web.port", "web.rate.login_burst", "links[].name", "store.retention_days"} <= names
    assert all(row.default for row in rows if row.name not in {"links[].name", "links[].protocol"})
    variables = [row.variable for row in rows if row.variable]
    assert len(variables) == len(set(variables))
    texts = {
        row.variable: msgspec.json.decode(row.default) for row in rows if row.variable and row.kind == "text"
    }
    assert load(None, {name: value for name, value in texts.items() if value}) == Settings()
