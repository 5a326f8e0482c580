"""From the hub's own site and from another: tabs, pages that come late, clocks that are wrong, a hub that is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import hosting
from tests.browser.streams.stage import (
    BUILDS,
    LATEST,
    SAME,
    SITES,
    VERSIONS,
    Crm,
    HubProcess,
    Stage,
    asked,
    build,
    failures,
    free_port,
    has_agent,
    ring,
    seen,
    set_state,
    sign_in,
    state_is,
)

pytestmark = pytest.mark.browser


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> str:
    """Where the CRM stands; the hub is on 127.0.0.1. On the other site the agent signs in, with third-party cookies blocked."""
    return str(request.param)


@pytest.mark.parametrize("lib", BUILDS)
def test_another_tab_sees_what_this_one_does(stage: Stage, embedded: Callable[..., Page], lib: str) -> None:
    one, other = embedded(lib), embedded(lib)
    set_state(one, "Available")
    state_is(other, "Available")
    call = ring(stage, one)
    asked(one, "window.contact().accept(callbacks)")
    stage.act("customer_hang_up", call=call)
    state_is(other, "AfterCallWork")
    asked(other, f"window.contact().{'clear' if lib.startswith('2.') else 'complete'}(callbacks)")
    for page in (one, other):
        page.wait_for_function("() => window.seen.includes('Destroy')")
        once = list(dict.fromkeys(seen(page)))
        assert once == ["contact", "Connecting", "Accepted", "Connected", "ACW", "Ended", "Destroy"]
        assert failures(page) == []


@pytest.mark.parametrize("lib", BUILDS)
def test_a_page_loaded_in_the_middle_of_a_call(stage: Stage, embedded: Callable[..., Page], lib: str) -> None:
    one = embedded(lib)
    set_state(one, "Available")
    ring(stage, one)
    asked(one, "window.contact().accept(callbacks)")
    state_is(one, "Busy")
    late = embedded(lib)
    late.wait_for_function("() => window.seen.includes('Connected')")
    assert seen(late) == ["contact", "Connected"]
    assert late.evaluate("() => window.contact().getAttributes().port.value") == "Northquay"


@pytest.mark.parametrize(
    ("lib", "ahead"), [*(build(lib, 3_600_000) for lib in VERSIONS), (LATEST, -3_600_000)]
)
def test_durations_with_a_clock_that_is_an_hour_off(
    stage: Stage, context: BrowserContext, embedded: Callable[..., Page], ahead: int, lib: str
) -> None:
    """The clock is the machine's: it is as wrong in our frame as in the page around it."""
    context.add_init_script(
        f"""const Real = Date;
        window.Date = class extends Real {{
          constructor(...args) {{ if (args.length === 0) super(Real.now() + {ahead}); else super(...args); }}
          static now() {{ return Real.now() + {ahead}; }}
        }};"""
    )
    page = embedded(lib)
    set_state(page, "Available")
    ring(stage, page)
    for what in (
        "window.agent.getStateDuration?.() ?? window.agent.getStatusDuration()",
        "window.contact().getStatusDuration()",
        "window.contact().getInitialConnection().getStatusDuration()",
    ):
        millis = page.evaluate(f"() => {what}")
        assert -1000 < millis < 10_000, (what, millis)


@pytest.fixture
def linked(tmp_path: Path, crm: Crm, site: str) -> Iterator[tuple[Stage, HubProcess]]:
    """The switch in one process, and the hub that pages use in another, linked to it by native."""
    stage = Stage(tmp_path / "a", crm)
    token_file = tmp_path / "token"
    token_file.write_text(stage.token)
    demo = '[demo]\nagent = "mia"' if site == SAME else ""
    settings = f"""origins = ["{crm.origin(site)}"]
[web.rate]
address_per_second = 0
{demo}
[[links]]
name = "up"
protocol = "native"
[links.options]
url = "{stage.hub.url}"
token_file = "{token_file}"
"""
    near = HubProcess(tmp_path / "b", settings, port=free_port())
    if not demo:
        data = tmp_path / "b" / "data"
        data.mkdir()
        hosting.write_accounts(data, {"mia": ["agent:mia"]})
    near.start()
    yield stage, near
    near.stop()
    stage.stop()


@pytest.mark.parametrize("lib", BUILDS)
def test_a_hub_killed_in_the_middle_of_a_call(
    linked: tuple[Stage, HubProcess], context: BrowserContext, site: str, lib: str
) -> None:
    stage, near = linked
    page = context.new_page()
    ccp = f"{near.url}/streams/ccp-v2/"
    address = stage.address(
        lib, site=site, ccpUrl=ccp, loginPopup=True, ccpLoadTimeout=5000 if site == SAME else 1500
    )
    if site == SAME:
        page.goto(address)
    else:
        with context.expect_page() as popup:
            page.goto(address)
        sign_in(popup.value)
    has_agent(page)
    windows = len(context.pages)
    set_state(page, "Available")
    call = ring(stage, page)
    asked(page, "window.contact().accept(callbacks)")
    page.wait_for_function("() => window.seen.includes('Connected')")
    page.evaluate(
        """() => { for (const name of ["lost", "gained"])
             connect.core.getEventBus().subscribe(`agent::websocket_connection_${name}`, () => window.agentSeen.push(name)); }"""
    )
    near.kill()
    page.wait_for_function("() => window.agentSeen.includes('lost')")
    refused = page.evaluate(
        "() => window.asked(callbacks => window.contact().getInitialConnection().hold(callbacks)).catch(e => e.message)"
    )
    assert "SendDataFailedException" in refused, "what cannot be sent fails at once"
    stage.act("customer_hang_up", call=call)  # while nobody listens
    near.start()
    page.wait_for_function("() => window.agentSeen.includes('gained')", timeout=30_000)
    state_is(page, "AfterCallWork")
    set_state(page, "Available")
    page.wait_for_function("() => window.seen.includes('Destroy')")
    assert stage.truth()["agents"]["mia"]["state"] == "ready"
    assert len(context.pages) <= windows, "no login window was opened"
    assert failures(page) == []
