"""The board on the running desk: visits as they happen, visual check, look-up, counts, lock; by mouse and by keyboard alone;
axe-core on every screen, and nothing cut off at 200 % zoom."""

import re

import pytest

from conftest import fits, keep

STFR2, CAORA = "front-1", "front-2"


@pytest.fixture(autouse=True)
def nobody_at_the_readers(desk):
    yield
    for reader in (STFR2, CAORA):
        desk.leave(reader)


def visit(desk, reader, persona, method, **more):
    """A patient's whole part, by the bench; the id of what came of it."""
    before = desk.results()
    desk.act(reader, "visit", persona=persona, method=method, **more)
    (new,) = [one for one in desk.results() if one not in before]
    return desk.api.get(f"/v1/results/{new}")


def row(page, result):
    """The row of a result, once it is there."""
    found = page.locator(f".visits li[data-key='{result['id']}']")
    found.wait_for()
    return found


def test_a_visit_is_followed_on_kiosk_and_board_at_the_same_time(desk, board, kiosk):
    seen, touched, before = board(), kiosk(STFR2), desk.results()
    desk.act(STFR2, "place", persona="housewife")
    touched.click("[data-touch=method-pin]")
    seen.wait_for_selector(".progress li.now")
    for digit in desk.personas["housewife"]["pin"]:
        touched.click(f".pad .key:text-is('{digit}')")
    while touched.wait_for_selector("main:is([data-state=consent], [data-state=take_card])").get_attribute("data-state") == "consent":
        shown = touched.get_attribute("main", "data-panel")
        touched.click("[data-touch=agree]")
        touched.wait_for_selector(f"main:not([data-panel='{shown}'])")
    (new,) = [one for one in desk.results() if one not in before]
    text = row(seen, {"id": new}).inner_text()
    persona = desk.personas["housewife"]
    for said in (persona["name"], "暗証番号", "有効"):
        assert said.replace("　", "") in text.replace("　", "").replace(" ", ""), text
    desk.act(STFR2, "pull")
    seen.wait_for_selector(".progress li.now", state="detached")


def test_what_reception_must_know_stands_in_the_row(desk, board):
    page = board()
    blanked = visit(desk, CAORA, "blank-name", "pin")
    assert any(name["blanked"] for name in blanked["for_staff"]["names"])
    assert "●の文字あり" in row(page, blanked).inner_text()
    refused = visit(desk, CAORA, "worker", "face", consents="refuse")
    assert "不同意" in row(page, refused).inner_text()
    desk.bench.post("/v1/centre/patient", {"persona": "worker", "validity": "invalid"})
    try:
        invalid = visit(desk, CAORA, "worker", "face")
    finally:
        desk.bench.post("/v1/centre/patient", {"persona": "worker", "validity": "valid"})
    remedy = desk.api.get(f"/v1/failures/{invalid['validity_code']}")["reception"]["ja"]
    told = row(page, invalid)
    # What to do now stands beside it.
    told.filter(has_text=remedy.split("。")[0]).wait_for()
    keep(page, "board-day")
    told.locator(".row").click()
    told.locator(".unfolded").wait_for()
    keep(page, "board-unfolded")


def test_a_card_left_is_said_until_it_is_taken(desk, board):
    page = board()
    desk.act(CAORA, "visit", persona="elderly", method="pin", take=False)
    page.locator(".progress li.now").filter(has_text="カード").wait_for()
    assert desk.bench.get(f"/v1/readers/{CAORA}")["tray"], "it lies there still"
    desk.act(CAORA, "pull")
    page.wait_for_selector(".progress li.now", state="detached")


def test_the_visual_check_is_one_press_with_banner_and_timer(desk, board):
    page = board()
    reader = page.locator(f".readers li[data-key='{CAORA}']")
    reader.locator("[data-act=visual]").click()
    banner = page.locator("li.armed")
    banner.wait_for()
    assert re.match(r"\d+:\d\d", banner.locator("[role=timer]").inner_text())
    keep(page, "board-armed")
    desk.act(CAORA, "place", persona="elderly")
    page.click(".progress [data-act=same]")
    desk.wait(CAORA, "asked", "consent")
    page.wait_for_selector("li.armed", state="detached")
    desk.act(CAORA, "pull")
    reader.locator("[data-act=visual]:not([disabled])").click()
    banner.wait_for()
    banner.locator("[data-act=disarm]").click()
    banner.wait_for(state="detached")


def test_a_look_up_forgives_width_and_is_no_visit(desk, board):
    page = board()
    rows = page.locator(".visits > li").count()
    persona = desk.personas["worker"]
    page.keyboard.press("/")
    page.wait_for_selector("#lookup-insurer_number:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lookup-insurer_number[aria-invalid=true]")
    keep(page, "board-lookup-faults")
    full_width = persona["insurer_number"].strip().translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    page.fill("#lookup-insurer_number", full_width)
    page.fill("#lookup-symbol", persona["symbol"] or "")
    page.fill("#lookup-number", persona["number"])
    page.fill("#lookup-branch", persona["branch"] or "")
    born = persona["birthdate"]
    page.fill("#lookup-birth_date", f"{born[:4]}年{int(born[4:6])}月{int(born[6:])}日")
    page.keyboard.press("Enter")
    answer = page.locator("#lookup .answer")
    answer.wait_for()
    assert "有効" in answer.inner_text()
    keep(page, "board-lookup-answer")
    assert page.locator(".visits > li").count() == rows, "an answer is no visit"
    page.keyboard.press("Escape")
    page.wait_for_selector("#lookup", state="hidden")
    assert page.locator("#lookup input").count() == 0, "nothing of it stays"


def test_locked_it_holds_nothing_and_wants_the_passcode(desk, board):
    page = board()
    visit(desk, CAORA, "worker", "pin")
    name = desk.personas["worker"]["name"].replace("　", "")
    page.wait_for_function("(name) => document.body.innerText.replace(/[\\s　]/g, '').includes(name)", arg=name)
    page.keyboard.press("l")
    page.wait_for_selector("#passcode")
    assert name not in page.content().replace("　", "")
    assert page.evaluate("fetch('/v1/results').then((answer) => answer.status)") == 401, "the cookie opens nothing now"
    keep(page, "board-locked")
    page.fill("#passcode", "0000")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]:not(:empty)")
    page.reload()
    page.wait_for_selector("#passcode")
    page.fill("#passcode", desk.passcode)
    page.keyboard.press("Enter")
    page.wait_for_selector("#visits")
    kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]


def test_it_comes_up_locked_where_nobody_has_shown_that_they_may(desk, board):
    page = board()
    # In another tab, or by itself after a crash: the browser has kept the cookie.
    other = page.context.new_page()
    other.goto(f"{desk.api.url}/")
    other.wait_for_selector("#passcode")
    assert other.evaluate("fetch('/v1/results').then((answer) => answer.status)") == 401
    other.fill("#passcode", desk.passcode)
    other.keyboard.press("Enter")
    other.wait_for_selector("#visits")


def test_it_says_that_it_locks_and_locks_when_no_hand_was_there(board):
    page = board(clock=True)
    idle = 1000 * page.evaluate("fetch('/v1/board').then((answer) => answer.json()).then((stands) => stands.idle_seconds)")
    page.clock.fast_forward(idle - 15_000)
    page.locator(".strips li").filter(has_text="ロック").wait_for()
    page.keyboard.press("Shift")
    page.locator(".strips li").filter(has_text="ロック").wait_for(state="detached")
    page.clock.fast_forward(idle + 1_000)
    page.wait_for_selector("#passcode")


def test_the_skip_link_leads_to_the_visits_and_sends_nothing(board):
    page = board()
    sent = []
    page.on("request", lambda asked: sent.append(asked.url))
    page.focus("a.skip")
    page.keyboard.press("Enter")
    page.wait_for_selector("#visits:focus")
    assert "#" not in page.url
    assert not any(url.endswith("/v1/pairings") for url in sent), "it was taken for a code"


def test_it_comes_back_by_itself(desk, board):
    page = board()
    # The stream is cut off, and the first try to take it up again meets nobody.
    page.route("**/v1/events?*", lambda route: route.abort(), times=1)
    page.evaluate("document.querySelector('[data-act=lock]').click()")
    page.wait_for_selector("#passcode")
    page.fill("#passcode", desk.passcode)
    page.keyboard.press("Enter")
    page.wait_for_selector(".strips li[data-key=away]")
    page.wait_for_selector(".strips li[data-key=away]", state="detached")
    page.wait_for_selector(".readers li.reader")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("wide,high", [(1280, 800), (640, 400)])
def test_axe_finds_nothing_and_nothing_is_cut(desk, board, axe, language, wide, high):
    page = board(wide=wide, high=high)
    if language == "en":
        page.keyboard.press("t")
        page.wait_for_selector("html[lang=en]")

    def look(name):
        axe(page, f"{name} {language} {wide}")
        fits(page, f"{name} {language} {wide}")
        keep(page, f"board-{language}-{wide}-{name}")

    look("day")
    page.locator(".visits .row").first.click()
    look("unfolded")
    page.keyboard.press("/")
    page.wait_for_selector("#lookup-insurer_number:focus")
    look("lookup")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.wait_for_selector("dialog[open]")
    look("counts")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open]")
    look("help")
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.wait_for_selector("#passcode")
    look("locked")


def test_pairing_is_without_fault(desk, open_page, axe):
    page = open_page(f"{desk.api.url}/", wide=1280, high=800)
    page.wait_for_selector("input[name=code]")
    axe(page, "pairing")
    keep(page, "board-pairing")
