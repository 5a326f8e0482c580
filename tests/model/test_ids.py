from __future__ import annotations

import pytest

from cordboard.model.ids import (
    SUBJECT_KINDS,
    AgentId,
    QueueId,
    TeamId,
    agent_subject,
    is_subject,
    queue_subject,
    subject_id,
    team_subject,
)


def test_subjects_name_a_kind_and_an_id() -> None:
    subjects = (agent_subject(AgentId("ann")), team_subject(TeamId("blue")), queue_subject(QueueId("sales")))
    assert subjects == ("agent/ann", "team/blue", "queue/sales")
    assert [subject_id(item) for item in subjects] == ["ann", "blue", "sales"]
    assert all(is_subject(item) for item in subjects)
    assert SUBJECT_KINDS == ("agent", "team", "queue")


@pytest.mark.parametrize("text", ["agent/a", "queue/sales@example.org", "team/Ärzte", "agent/" + "x" * 120])
def test_what_is_a_subject(text: str) -> None:
    assert is_subject(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "agent",
        "agent/",
        "/ann",
        "Agent/ann",
        "caller/ann",
        "agent/*",
        "agent/a*",
        "agent/a/b",
        "agent/a b",
        "agent/a\n",
        "agent/a\x00",
        "agent/\u2003",
        " agent/a",
        "agent/" + "x" * 121,
    ],
)
def test_what_is_no_subject(text: str) -> None:
    assert not is_subject(text)
