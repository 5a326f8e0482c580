"""Traps of the wire that each build of the library sets in its own way: failures, frames loaded again, silence after signing out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.streams.stage import BUILDS, Stage, failures, has_agent, set_state, sign_in, until

pytestmark = pytest.mark.browser

CALL = """([method, params]) => new Promise(done => connect.core.getClient().call(method, params, {
  success: data => done({ data }), failure: (err, data) => done({ err, data }) }))"""


@pytest.mark.parametrize("lib", BUILDS)
def test_every_request_is_answered_and_every_failure_is_json(embedded: Callable[..., Page], lib: str) -> None:
    page = embedded(lib)
    for method, params in (
        ("nonsense", {}),
        ("acceptContact", {"contactId": "nobody's"}),
        ("putAgentState", {}),
        ("createOutboundContact", {"endpoint": {"type": "phone_number", "phoneNumber": "none"}}),
        ("createTransport", {"transportType": "web_rtc"}),
    ):
        answer = page.evaluate(CALL, [method, params])
        error = json.loads(answer["err"])
        assert error["type"].endswith("Exception"), answer
        assert error["message"], answer
        assert (error["statusCode"], error["stack"]) == (400, [])
    assert page.evaluate(CALL, ["sendSoftphoneCallReport", {"report": {}}]) == {"data": {}}
    assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_a_frame_that_is_loaded_again_asks_for_what_it_was_told(
    embedded: Callable[..., Page], context: BrowserContext, lib: str
) -> None:
    context.add_init_script(
        "window.told = []; addEventListener('message', event => window.told.push(event.data?.event));"
    )
    page = embedded(lib)
    set_state(page, "Available")
    before = len(page.evaluate("() => window.told"))
    page.evaluate("() => { const frame = document.querySelector('#ccp iframe'); frame.src = frame.src; }")
    if lib.startswith("2."):  # 1.x says it again by itself
        page.wait_for_function("from => window.told.slice(from).includes('request_configure')", arg=before)
    page.wait_for_function("from => window.told.slice(from).includes('agent::update')", arg=before)
    set_state(page, "Lunch")
    if lib.startswith("2.28"):  # older builds do not listen to that question
        frame = next(
            item for item in page.frames if "/streams/ccp-v2/" in item.url and item != page.main_frame
        )
        frame.wait_for_function("() => window.told.includes('configure')")
    assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_nothing_is_acknowledged_while_nobody_is_signed_in(
    guarded: Stage, context: BrowserContext, lib: str
) -> None:
    page = context.new_page()
    options: dict[str, object] = {"loginPopup": True, "loginPopupAutoClose": True, "ccpLoadTimeout": 1500}
    with context.expect_page() as opened:
        page.goto(guarded.address(lib, options={**options, "ccpAckTimeout": 500}))
    opened.value.get_by_label("Name").wait_for()
    login = opened.value.url
    sign_in(opened.value)
    has_agent(page)
    page.evaluate(
        """() => {
          window.out = false;
          window.acknowledged = 0;
          addEventListener("message", event => {
            if (event.data?.event === "terminated") window.out = true;
            if (event.data?.event === "acknowledge" && window.out) window.acknowledged += 1;
          });
        }"""
    )
    page.evaluate("() => connect.core.getUpstream().sendUpstream('terminate')")
    until(lambda: page.evaluate("() => window.out"), "the page is told", page=page)
    assert page.evaluate("() => window.acknowledged") == 0
    # Whether the library opens a second window depends on whether it has seen by now that its first one is closed.
    again = context.new_page()
    again.goto(login)
    sign_in(again)
    page.wait_for_function("() => window.acknowledged > 0")
    set_state(page, "Available")
