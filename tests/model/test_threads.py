from __future__ import annotations

from hypothesis import given

from cordboard.model import events as e
from cordboard.model.ids import ContactId, ThreadId
from cordboard.model.log import Entry
from cordboard.model.state import RECENT
from cordboard.model.threads import Threads
from tests.model.builders import ANN, BOB, CLOSE, OFFER, SIM, Log, call, facts
from tests.model.strategies import SUBJECT, stories


def members(threads: Threads, name: str) -> list[tuple[str, str]]:
    return list(threads.contacts(ThreadId(name)))


def offer(contact: str, thread: str) -> e.Delivered:
    return call(e.Delivered, contact=contact, contact_facts=facts(thread))


def transfer(contact: str, thread: str, *aliases: str) -> e.Transferred:
    older = tuple(ThreadId(item) for item in aliases)
    return call(e.Transferred, contact=contact, contact_facts=facts(thread), aliases=older)


def test_contacts_of_one_thread_are_found_across_agents() -> None:
    log = Log()
    log.tell(ANN, offer("a1", "t1"))
    log.tell(BOB, offer("b1", "t1"))
    log.tell(BOB, offer("b2", "t2"))
    assert members(log.threads, "t1") == [(ANN, "a1"), (BOB, "b1")]
    assert members(log.threads, "t2") == [(BOB, "b2")]
    assert members(log.threads, "t9") == []
    assert list(log.threads) == ["t1", "t2"]


def test_a_contact_without_a_thread_is_in_none() -> None:
    log = Log()
    log.tell(ANN, call(e.Delivered, contact="a1"))
    assert members(log.threads, "") == []
    assert list(log.threads) == []


def test_a_transfer_joins_two_threads_for_all_whose_contacts_they_had() -> None:
    log = Log()
    log.tell(ANN, offer("a1", "t1"))
    log.tell(BOB, offer("b1", "t2"))
    log.tell(BOB, transfer("b1", "t2", "t1"))
    for threads in (log.threads, log.reloaded()):
        assert threads.thread(ThreadId("t1")) == "t2"
        assert sorted(members(threads, "t1")) == sorted(members(threads, "t2"))
        assert sorted(members(threads, "t1")) == [(ANN, "a1"), (BOB, "b1")]
        assert list(threads) == ["t2"]


def test_threads_joined_in_a_row_are_all_one() -> None:
    log = Log()
    for number in (1, 2, 3):
        log.tell(ANN, offer(f"a{number}", f"t{number}"))
    log.tell(ANN, transfer("a2", "t2", "t1"))
    log.tell(ANN, transfer("a3", "t3", "t2"))
    log.tell(BOB, offer("b1", "t1"))
    for threads in (log.threads, log.reloaded()):
        assert {threads.thread(ThreadId(f"t{number}")) for number in (1, 2, 3)} == {"t3"}
        assert len(members(threads, "t1")) == 4
        assert list(threads) == ["t3"]


def test_an_alias_in_a_circle_is_harmless() -> None:
    log = Log()
    log.tell(ANN, offer("a1", "t1"))
    log.tell(BOB, offer("b1", "t2"))
    log.tell(BOB, transfer("b1", "t2", "t1", "t2", ""))
    log.tell(ANN, transfer("a1", "t1", "t2"))
    for threads in (log.threads, log.reloaded()):
        assert threads.thread(ThreadId("t1")) == threads.thread(ThreadId("t2"))
        assert len(members(threads, "t1")) == 2


def test_a_contact_that_is_told_another_thread_leaves_the_first() -> None:
    log = Log()
    log.tell(ANN, offer("a1", "t1"))
    log.tell(ANN, call(e.CallInformation, contact="a1", contact_facts=facts("t2")))
    assert members(log.threads, "t1") == []
    assert members(log.threads, "t2") == [(ANN, "a1")]
    assert list(log.threads) == ["t2"]


def test_a_closed_contact_stays_as_long_as_its_subject_remembers_it() -> None:
    log = Log()
    log.tell(ANN, OFFER)
    log.tell(ANN, transfer("k1", "t1", "t0"))
    log.tell(ANN, CLOSE)
    assert members(log.threads, "t1") == members(log.reloaded(), "t1") == [(ANN, "k1")]
    for number in range(RECENT):
        log.tell(ANN, offer(f"a{number}", "t2"))
        log.tell(ANN, e.ContactClosed(link=SIM, contact=ContactId(f"a{number}")))
    assert members(log.threads, "t1") == []
    assert log.threads.thread(ThreadId("t0")) == "t0", "nothing is left of what nobody remembers"
    assert list(log.threads) == ["t2"]


@given(stories)
def test_every_contact_stands_in_its_own_thread_only(story: list[Entry]) -> None:
    log = Log()
    for entry in story:
        log.enter(entry)
    state = log.states.get(SUBJECT)
    contacts = () if state is None else (*state.contacts.values(), *state.recent)
    for threads in (log.threads, log.reloaded()):
        known = {item.id: threads.thread(item.thread) for item in contacts if item.thread}
        found = {contact: thread for thread in threads for subject, contact in threads.contacts(thread)}
        assert found == known
        total = sum(len(threads.contacts(thread)) for thread in threads)
        assert total == len(known)


@given(stories)
def test_an_index_that_watched_is_the_index_that_was_loaded(story: list[Entry]) -> None:
    log = Log()
    for entry in story:
        log.enter(entry)
    one, other = log.threads, log.reloaded()
    state = log.states.get(SUBJECT)
    for item in () if state is None else state.contacts.values():
        assert set(one.contacts(item.thread)) == set(other.contacts(item.thread))
