"""Pages of somebody else, in the browser of a kiosk that is paired: none shows a page of ours, posts to the desk or reads from
it, whether it comes from elsewhere, from another port of this machine, or under a name that was rebound to it."""

import contextlib
import http.server
import threading

import pytest

from conftest import CHROMIUM
from desk import PAGES

READER = "front-1"
PANEL = f"/v1/kiosk/{READER}/panel"
TOUCH = f"/v1/kiosk/{READER}/touch"


@pytest.fixture(scope="module")
def context(desk, playwright):
    """A browser with the cookie of the reader's panel, in which every name of `.example` leads to this machine."""
    rebinding = {**CHROMIUM, "args": [*CHROMIUM["args"], "--host-resolver-rules=MAP *.example 127.0.0.1"]}
    browser = playwright.chromium.launch(**rebinding)
    context = browser.new_context()
    code = desk.code({"kiosk": READER})
    page = context.new_page()
    page.goto(f"{code['page']}#{code['code']}")
    page.wait_for_selector("main[data-state=place_card]")
    page.close()
    yield context
    browser.close()


@pytest.fixture
def page(context):
    page = context.new_page()
    yield page
    page.close()


@contextlib.contextmanager
def foreign_site(content):
    """A site of somebody else on this machine: whoever asks for anything gets this page. Its port."""

    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_shown_under_a_foreign_name(desk, page, name):
    answer = page.goto(desk.page(name).replace("127.0.0.1", "rebound.example"))
    assert answer.status == 421
    assert "<html" not in answer.text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_shown_in_a_frame(desk, page, name):
    address = desk.page(name)
    with foreign_site(f"<h1>Somebody else's page</h1><iframe src='{address}'></iframe>") as port:
        with page.expect_response(address) as framed:
            page.goto(f"http://127.0.0.1:{port}/")
        # The desk sees that another page asks; the bench leaves it to its page's policy, which the desk's pages have as well.
        assert framed.value.status == (200 if name == "bench" else 403)
        assert page.locator("h1").inner_text() == "Somebody else's page"
        inside = [frame for frame in page.frames if frame != page.main_frame]
        assert len(inside) == 1 and inside[0].locator("main, form, link").count() == 0
    alone = page.goto(address)
    assert "frame-ancestors 'none'" in alone.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1", "localhost"])
def test_a_form_posts_nothing(desk, page, name):
    # JSON in the clothes of a form: `{"nonce":"=", …}` is what arrives.
    content = f"""<form method=post enctype=text/plain action="{desk.api.url}{TOUCH}">
        <input name='{{"nonce":"' value='","touch":{{"kind":"pad_cancel"}}}}'><button id=send>A prize!</button></form>"""
    with foreign_site(content) as port:
        page.goto(f"http://{name}:{port}/")
        page.click("#send")
        # As the browser shows JSON.
        assert "API_ORIGIN_FOREIGN" in page.inner_text("pre")
        assert page.url == desk.api.url + TOUCH, "it was sent"
    # Our own page still is one.
    page.goto(desk.page("kiosk"))
    page.wait_for_selector("main[data-state=place_card]")


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1", None])
def test_a_script_reads_nothing(desk, page, name):
    api = desk.api.url
    page.goto(desk.page("kiosk"))
    assert page.evaluate("(url) => fetch(url).then((answer) => answer.status)", api + "/v1/health") == 200, "our own page reads it"
    with foreign_site("<title>elsewhere</title>") as port:
        page.goto(f"http://{name}:{port}/" if name else "data:text/html,nameless")

        def read(path, **how):
            script = "([url, how]) => fetch(url, how).then((answer) => `${answer.type} ${answer.status}`, () => 'refused')"
            return page.evaluate(script, [api + path, how])

        bearer = {"authorization": f"Bearer {desk.api.token}"}
        assert read("/v1/readers", headers=bearer) == "refused", "even with a token"
        assert read(PANEL, credentials="include") == "refused"
        assert read("/v1/health") == "refused", "not even what is open"
        # Sent without asking anybody, and nothing of the answer is seen; some pages the browser does not even let try.
        assert read("/v1/readers", mode="no-cors") in ("opaque 0", "refused")
        stream = page.evaluate("""(url) => new Promise((done) => {
            const events = new EventSource(url, { withCredentials: true });
            events.onopen = () => done('open');
            events.onerror = () => { events.close(); done('refused'); };
        })""", api + PANEL)
        assert stream == "refused"
    assert desk.api.get("/v1/health"), "it still answers those who may ask"


@pytest.mark.parametrize("path", ["/v1/health", f"/kiosk/{READER}"])
def test_a_name_that_was_rebound_reaches_nothing(desk, page, path):
    """The name of the page's own site leads to this machine, so that for the browser all is one site."""
    page.goto(desk.api.url.replace("127.0.0.1", "evil.example") + path)
    assert "API_HOST_FOREIGN" in page.inner_text("body")
    said = page.evaluate("""(token) => fetch('/v1/readers', { headers: { authorization: `Bearer ${token}` } })
        .then((answer) => answer.json()).then((said) => said.code)""", desk.api.token)
    assert said == "API_HOST_FOREIGN", "of one site for the browser, and a token besides"
