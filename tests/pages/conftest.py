"""A browser for all tests of a run, and pages in it that must be without fault."""

import os
import pathlib

import axe_playwright_python
import pytest
from playwright.sync_api import sync_playwright

from desk import PATIENCE, Desk

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# Chromium of Debian; as root it refuses its sandbox, and a container's small /dev/shm would end its pages.
CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def desk():
    return Desk()


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    browser = playwright.chromium.launch(**CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser):
    """Opens pages; at the end none may have thrown, complained or asked for anything that is not this machine's.
    With `clock` a page's time is the test's to move."""
    opened = []

    def open_page(address, *, wide=1024, high=600, refusals=False, clock=False, **options):
        context = browser.new_context(viewport={"width": wide, "height": high}, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        # The browser's own word for a stream that breaks off, or a request that is refused, is no fault of the page.
        known = ["Failed to load resource", "net::ERR_"] + (["Content Security Policy"] if refusals else [])
        page.on("console", lambda said: said.type == "error" and not any(word in said.text for word in known) and faults.append(said.text))
        page.on("request", lambda asked: asked.url.startswith("http://127.0.0.1:") or faults.append(asked.url))
        opened.append((context, faults))
        if clock:
            page.clock.install()
        page.goto(address)
        return page

    yield open_page
    for context, faults in opened:
        context.close()
        assert faults == []


@pytest.fixture
def kiosk(desk, open_page):
    """Opens the kiosk of a reader, paired by the code in its address."""

    def kiosk(reader, **options):
        code = desk.code({"kiosk": reader})
        page = open_page(f"{code['page']}#{code['code']}", **options)
        page.wait_for_selector("main[data-state=place_card]")
        assert "#" not in page.url, "the code is wiped from the address"
        return page

    return kiosk


@pytest.fixture
def board(desk, open_page):
    """Opens the board, paired by the code in its address."""

    def board(*, wide=1280, high=800, **options):
        code = desk.code({"board": True})
        page = open_page(f"{code['page']}#{code['code']}", wide=wide, high=high, **options)
        page.wait_for_selector("#visits")
        assert "#" not in page.url, "the code is wiped from the address"
        page.wait_for_selector(".readers li.reader")
        return page

    return board


@pytest.fixture(scope="session")
def axe():
    """Looks at what a page shows now with axe-core; every violation is told with the element."""

    def axe(page, where):
        # By the browser's own hand: the page's policy admits no script of ours.
        page.evaluate(AXE)
        found = page.evaluate("""async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap((violation) =>
            violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary}`))""")
        assert found == [], f"{where}: {found}"

    return axe


def fits(page, where):
    """Nothing is cut off sideways."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window, f"{where}: {wide} pixels in a window of {window}"


def keep(page, name, **how):
    """The page as it looks now, where somebody wants to see it: with UKETSUKE_SCREENSHOTS=<folder>."""
    folder = os.environ.get("UKETSUKE_SCREENSHOTS")
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=pathlib.Path(folder) / f"{name}.png", **how)
