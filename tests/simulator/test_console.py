from __future__ import annotations

from cordboard.protocols.simulator.commands import REFUSALS, Done, Refused
from cordboard.protocols.simulator.console import act, actions
from cordboard.protocols.simulator.switch import Switch


def test_every_action_tells_what_it_does_and_takes() -> None:
    shown = {a.name: a for a in actions()}
    assert len(shown) >= 35
    assert all(a.about.endswith(".") or a.about.endswith("`.") for a in shown.values())
    assert {a.who for a in shown.values()} == {"desk", "world"}
    ring = shown["ring"]
    assert ring.who == "world"
    assert [(p.name, p.required) for p in ring.parameters] == [
        ("number", True),
        ("to", True),
        ("name", False),
        ("data", False),
        ("patience", False),
        ("dialogue", False),
    ]
    assert [p.type for p in shown["set_mute"].parameters] == ["str", "str", "bool"]


def test_values_may_be_text_as_a_command_line_gives_them(switch: Switch) -> None:
    act(switch, "log_on", {"agent": "mia", "state": "ready"})
    done = act(switch, "ring", {"number": "+44 20 7946 0101", "to": "8001", "patience": "30"})
    assert isinstance(done, Done)
    act(switch, "answer_call", {"agent": "mia", "call": done.call})
    assert isinstance(act(switch, "set_mute", {"agent": "mia", "call": done.call, "on": "true"}), Done)
    assert switch.picture.of_agent("mia")[0].muted


def test_what_is_wrong_with_the_parameters_is_named(switch: Switch) -> None:
    missing = act(switch, "log_on", {})
    assert isinstance(missing, Refused)
    assert missing.code == "invalid-parameters"
    assert "`agent`" in missing.message
    extra = act(switch, "log_on", {"agent": "mia", "colour": "red"})
    assert isinstance(extra, Refused)
    assert "`colour`" in extra.message
    wrong = act(switch, "set_mute", {"agent": "mia", "call": "c1", "on": "perhaps"})
    assert isinstance(wrong, Refused)
    assert "$.on" in wrong.message


def test_ids_are_made_up_when_none_is_given_and_kept_when_one_is(switch: Switch) -> None:
    act(switch, "log_on", {"agent": "mia"}, ident="console-2")
    act(switch, "log_on", {"agent": "noor"})
    act(switch, "log_on", {"agent": "ruth"}, ident="mine")
    act(switch, "log_on", {"agent": "pia"})
    assert switch.commands_seen == {"console-2": 1, "console-3": 1, "mine": 1, "console-4": 1}
    again = act(switch, "log_off", {"agent": "ruth"}, ident="mine")
    assert isinstance(again, Refused)
    assert again.code == "duplicate-command"


def test_time_passes_before_the_action(switch: Switch) -> None:
    act(switch, "ring", {"number": "+44 20 7946 0101", "to": "8001", "patience": 5})
    act(switch, "log_on", {"agent": "mia", "state": "ready"}, now=switch.now + 6000)
    assert switch.picture.agents["mia"].state == "ready"


def test_each_refusal_is_explained() -> None:
    assert all(code == code.lower() and " " not in code and text for code, text in REFUSALS.items())
