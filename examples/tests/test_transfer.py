"""A call that is transferred to a colleague opens its customer's record there."""

from playwright.sync_api import Page, expect

from cordboard.testing.served import ServedCentre

PAGE = """<h1>Nobody</h1>
<script src="HUB/static/cordboard.js"></script>
<script>
  const hub = Cordboard.connect({ hub: "HUB", token: "TOKEN" });
  hub.me().then((me) => {
    me.on("change", ({ view }) => {
      const [contact] = Object.values(view.contacts ?? {});
      if (contact?.customer) document.querySelector("h1").textContent = contact.customer.number;
    });
    document.querySelector("h1").textContent = "Ready";
  });
</script>"""


def test_a_transferred_call_opens_the_record(served_centre: ServedCentre, page: Page) -> None:
    html = PAGE.replace("HUB", served_centre.url).replace("TOKEN", served_centre.token("noor"))
    page.route("http://localhost:3000/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("http://localhost:3000/")
    expect(page.get_by_role("heading")).to_have_text("Ready")
    served_centre.play("warm-transfer")
    expect(page.get_by_role("heading")).to_have_text("+442079460107")
