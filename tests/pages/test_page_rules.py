"""What holds for every page: its weight, and who may not show it: a name that somebody else's DNS points here, and a frame
in another page (clickjacking)."""

import gzip
import http.server
import threading

import pytest

from conftest import CHROMIUM

# Compressed, with everything that it loads.
MOST_BYTES = 300_000


PAGES = ["kiosk", "board", "bench"]


def addresses(desk):
    return {"kiosk": f"{desk.api.url}/kiosk/front-1", "board": f"{desk.api.url}/", "bench": f"{desk.bench.url}/"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(desk, open_page, name):
    page = open_page("about:blank")
    loaded = {}
    page.on("response", lambda answer: loaded.__setitem__(answer.url, answer))
    page.goto(addresses(desk)[name], wait_until="load")
    page.wait_for_selector("input[name=code]")
    files = {url: answer for url, answer in loaded.items() if "/v1/" not in url}
    assert len(files) > 3, "nothing was seen loading"
    weight = sum(len(gzip.compress(answer.body())) for answer in files.values())
    print(f"{name}: {len(files)} files, {weight} bytes compressed")
    assert weight < MOST_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_shown_under_a_foreign_name(desk, playwright, name):
    address = addresses(desk)[name].replace("127.0.0.1", "rebound.example")
    with_dns = {**CHROMIUM, "args": [*CHROMIUM["args"], "--host-resolver-rules=MAP *.example 127.0.0.1"]}
    browser = playwright.chromium.launch(**with_dns)
    answer = browser.new_page().goto(address)
    assert answer.status == 421
    assert "<html" not in answer.text()
    browser.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_not_shown_in_a_frame(desk, browser, name):
    address = addresses(desk)[name]

    class Framing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<h1>Somebody else's page</h1><iframe src='{address}'></iframe>".encode())

        def log_message(self, *_):
            pass

    foreign = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    threading.Thread(target=foreign.serve_forever, daemon=True).start()
    page = browser.new_page()
    with page.expect_response(address) as framed:
        page.goto(f"http://127.0.0.1:{foreign.server_port}/")
    # The desk sees that another page asks; the bench leaves it to its page's policy, which the desk's pages have as well.
    assert framed.value.status == (200 if name == "bench" else 403)
    assert page.locator("h1").inner_text() == "Somebody else's page"
    inside = [frame for frame in page.frames if frame != page.main_frame]
    assert len(inside) == 1 and inside[0].locator("main, form, link").count() == 0
    alone = page.goto(address)
    assert "frame-ancestors 'none'" in alone.headers["content-security-policy"]
    page.close()
    foreign.shutdown()
