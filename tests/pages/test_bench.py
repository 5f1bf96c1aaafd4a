"""The bench of the simulator: a whole visit with the mouse alone, followed on kiosk and board at the same time; faults; what
passes on the wire, without what is personal; a scenario with its seed; axe-core on what it shows."""

import pytest

from conftest import fits, keep

CAORA = "front-2"
TRAFFIC = {"配線": "frames", "APDU": "apdus", "センター": "centre", "操作": "deeds"}


@pytest.fixture
def bench(desk, open_page):
    def bench(*, wide=1280, high=800):
        code = desk.bench.post("/v1/pairing-codes")["code"]
        page = open_page(f"{desk.bench.url}/#{code}", wide=wide, high=high)
        page.wait_for_selector(".cards .card-choice")
        assert "#" not in page.url, "the code is wiped from the address"
        return page

    return bench


@pytest.fixture(autouse=True)
def nobody_at_the_reader(desk):
    yield
    desk.leave(CAORA)


def choose_reader(page, desk, reader):
    label = desk.bench.get(f"/v1/readers/{reader}")["label"]
    page.locator(".strip button, .readers button").filter(has_text=label).first.click()
    page.wait_for_selector(f"#reader-title:has-text('{label}')")


def choose_card(page, name):
    page.locator(".card-choice").filter(has_text=name).first.click()


def press(page, text):
    page.locator(".screen").get_by_role("button", name=text, exact=True).click()


def test_a_visit_with_the_mouse_alone_is_followed_on_kiosk_and_board(desk, bench, kiosk, board):
    page, guide, day = bench(), kiosk(CAORA), board()
    persona, before = desk.personas["housewife"], desk.results()
    choose_reader(page, desk, CAORA)
    choose_card(page, persona["name"])
    page.get_by_role("button", name="カードを置く", exact=True).click()
    guide.wait_for_selector("main[data-state=methods]")
    day.wait_for_selector(".progress li.now")
    press(page, "暗証番号")
    guide.wait_for_selector("main[data-state=pin]")
    keep(page, "bench-pin", full_page=True)
    for digit in persona["pin"]:
        press(page, digit)
    guide.wait_for_selector("main[data-state=consent]")
    keep(page, "bench-consent", full_page=True)
    while guide.get_attribute("main", "data-state") == "consent":
        shown = guide.get_attribute("main", "data-panel")
        page.locator(".screen").get_by_role("button", name="同意する").or_(page.locator(".screen").get_by_role("button", name="紙")).first.click()
        guide.wait_for_selector(f"main:not([data-panel='{shown}'])")
        guide.wait_for_selector("main:is([data-state=consent], [data-state=take_card])")
    guide.wait_for_selector("main[data-state=take_card]")
    (new,) = [one for one in desk.results() if one not in before]
    day.wait_for_selector(f".visits li[data-key='{new}']")
    page.get_by_role("button", name="カードを取る", exact=True).click()
    guide.wait_for_selector("main[data-state=place_card]")
    day.wait_for_selector(".progress li.now", state="detached")


def test_whoever_places_the_card_stands_before_the_camera_unless_somebody_was_chosen(desk, bench):
    page = bench()
    choose_reader(page, desk, CAORA)
    for persona in ("worker", "housewife"):
        choose_card(page, desk.personas[persona]["name"])
        page.get_by_role("button", name="カードを置く", exact=True).click()
        press(page, "顔認証")
        desk.wait(CAORA, "asked", "consent")
        page.get_by_role("button", name="カードを取る", exact=True).click()
        desk.wait(CAORA, "screen", "place_card")
    page.get_by_role("button", name="横向き", exact=True).click()
    page.wait_for_selector("button[aria-pressed=true]:has-text('横向き')")
    page.get_by_role("button", name="カードを置く", exact=True).click()
    desk.wait(CAORA, "asked", "methods")
    assert desk.bench.get(f"/v1/readers/{CAORA}")["before"]["scene"] == "turned"


def test_what_passes_is_told_without_what_is_personal(desk, bench):
    page = bench()
    choose_reader(page, desk, CAORA)
    persona = desk.personas["worker"]
    desk.act(CAORA, "visit", persona="worker", method="pin")
    desk.act(CAORA, "visit", persona="worker", method="face")
    said = ""
    for tab, name in TRAFFIC.items():
        page.get_by_role("tab", name=tab).click()
        page.locator("ol.lines > li").first.wait_for()
        # Without the times, whose digits are nobody's.
        said += "\n".join(page.locator("ol.lines .line-what, ol.lines .line-text").all_inner_texts())
        keep(page, f"bench-traffic-{name}", full_page=True)
    assert "SELECT" in said or "VERIFY" in said
    plain = said.replace("　", "").replace(" ", "").lower()
    # Four digits by themselves may be a number of bytes: a PIN is looked for as its bytes.
    told = [persona[key].replace("　", "") for key in ("pin", "security_code", "name", "individual_number")]
    for secret in [*told[2:], *(one.encode().hex() for one in told)]:
        assert secret not in plain, "a secret is told"


def test_a_fault_is_made_and_mended(desk, bench):
    page = bench()
    choose_reader(page, desk, CAORA)
    page.locator("summary").filter(has_text="ケーブル").click()
    page.get_by_role("button", name="ケーブルを抜く").click()
    desk.wait(CAORA, "plugged", False)
    page.get_by_role("button", name="ケーブルを挿す").click()
    desk.wait(CAORA, "plugged", True)
    desk.wait(CAORA, "screen", "place_card")


def test_a_scenario_is_played_with_its_seed(desk, bench):
    page = bench()
    choose_reader(page, desk, CAORA)
    page.locator(".scenario-choice").filter(has_text="face-agreed").click()
    page.locator(".scenario").get_by_label("シード").fill("7")
    page.locator(".scenario").get_by_role("button", name="上演する").click()
    page.wait_for_selector(".verdict[data-how=good], .verdict[data-how=bad]", timeout=60_000)
    assert page.get_attribute(".verdict", "data-how") == "good", page.inner_text(".verdict")
    assert "7" in page.inner_text(".verdict")
    keep(page, "bench-scenario", full_page=True)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("wide,high", [(1280, 800), (640, 400)])
def test_axe_finds_nothing_and_nothing_is_cut(desk, bench, axe, language, wide, high):
    page = bench(wide=wide, high=high)
    page.locator(f".tongue-choice [lang={language}]").click()
    page.wait_for_selector(f"html[lang={language}]")
    axe(page, f"{language} {wide}")
    fits(page, f"{language} {wide}")
    keep(page, f"bench-{language}-{wide}", full_page=True)
    for summary in page.locator("summary").all():
        summary.click()
    axe(page, f"unfolded {language} {wide}")
    fits(page, f"unfolded {language} {wide}")
    keep(page, f"bench-{language}-{wide}-unfolded", full_page=True)


def test_pairing_is_without_fault(desk, open_page, axe):
    page = open_page(f"{desk.bench.url}/", wide=1280, high=800)
    page.wait_for_selector("input[name=code]")
    axe(page, "pairing")
    keep(page, "bench-pairing", full_page=True)


def test_a_code_behind_the_address_of_an_open_page_lets_it_in(desk, open_page):
    page = open_page(f"{desk.bench.url}/", wide=1280, high=800)
    page.wait_for_selector("input[name=code]")
    page.evaluate("(code) => { location.hash = code; }", desk.bench.post("/v1/pairing-codes")["code"])
    page.wait_for_selector(".cards .card-choice")
    assert "#" not in page.url
    # One more changes nothing: it is taken, and the page goes on as it is.
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(desk.bench.url)))
    with page.expect_response("**/v1/pairings"):
        page.evaluate("(code) => { location.hash = code; }", desk.bench.post("/v1/pairing-codes")["code"])
    page.get_by_role("tab", name="APDU").click()
    assert asked == ["/v1/pairings"]
