"""Whole visits at the kiosk, by touch, in every language; the guide beside a unit with a screen of its own; and what the
page does where nobody is: unattended, unseen, refused."""

import pytest

from desk import Refused

# Whose face, whose PIN; each visit leaves the persona's one card as it was.
LANGUAGES = ["ja", "en", "zh", "ko"]
STFR2 = "front-1"
CAORA = "front-2"


@pytest.fixture(autouse=True)
def nobody_at_the_readers(desk):
    yield
    for reader in (STFR2, CAORA):
        desk.leave(reader)


def place(desk, page, persona, language):
    desk.act(STFR2, "place", persona=persona)
    page.wait_for_selector("main[data-state=methods]")
    page.click(f"[data-touch=language-{language}]")
    page.wait_for_selector(f"html[lang={language}] main[data-state=methods]")


def type_on_pad(page, digits):
    """By what is seen: the digits stand in another order each time."""
    for digit in digits:
        page.click(f".pad .key:text-is('{digit}')")


def answer_all(page, touch):
    """Answers every question until the card may be taken; how many there were."""
    count = 0
    while True:
        page.wait_for_selector("main:is([data-state=consent], [data-state=take_card])")
        if page.get_attribute("main", "data-state") == "take_card":
            return count
        shown = page.get_attribute("main", "data-panel")
        page.click(f"[data-touch={touch}]")
        page.wait_for_selector(f"main:not([data-panel='{shown}'])")
        count += 1


def result_after(desk, before):
    ids = [one for one in desk.results() if one not in before]
    assert len(ids) == 1
    return desk.api.get(f"/v1/results/{ids[0]}")


def ends(desk, page, language):
    """The patient takes the card; the next one finds nothing of this one."""
    assert page.get_attribute("html", "lang") == language
    desk.act(STFR2, "pull")
    page.wait_for_selector("html[lang=ja] main[data-state=place_card]")
    kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie, document.querySelectorAll('#question *').length]")
    assert kept == [0, 0, "", 0]
    assert page.url.endswith(f"/kiosk/{STFR2}"), "nothing in the address"


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_face(desk, kiosk, language):
    page, before = kiosk(STFR2), desk.results()
    desk.act(STFR2, "face", persona="worker", scene="right")
    place(desk, page, "worker", language)
    page.click("[data-touch=method-face]")
    assert answer_all(page, "agree") > 0
    result = result_after(desk, before)
    assert (result["verification"], result["reader"]) == ("face", STFR2)
    assert {consent["decision"] for consent in result["consents"]} == {"agreed"}
    ends(desk, page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_pin_and_nothing_is_shown(desk, kiosk, language):
    page, before = kiosk(STFR2), desk.results()
    place(desk, page, "housewife", language)
    page.click("[data-touch=method-pin]")
    type_on_pad(page, desk.personas["housewife"]["pin"])
    assert answer_all(page, "refuse") > 0
    result = result_after(desk, before)
    assert result["verification"] == "pin"
    (told,) = result["qualification"]["body"]["result_list"]
    assert told["name"] == desk.personas["housewife"]["name"]
    opened = [consent for consent in result["consents"] if consent["item"] not in ("electronic_prescription",)]
    assert {consent["decision"] for consent in opened} == {"refused"}
    ends(desk, page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_visual_check_with_the_passcode(desk, kiosk, language):
    page, before = kiosk(STFR2), desk.results()
    place(desk, page, "elderly", language)
    page.click("[data-touch=method-visual]")
    page.wait_for_selector("main[data-state=passcode]")
    type_on_pad(page, desk.passcode)
    assert answer_all(page, "agree") > 0
    assert result_after(desk, before)["verification"] == "visual"
    ends(desk, page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_says_what_to_do_now(desk, kiosk, language):
    page, before = kiosk(STFR2), desk.results()
    place(desk, page, "revoked", language)
    page.click("[data-touch=method-pin]")
    type_on_pad(page, desk.personas["revoked"]["pin"])
    page.wait_for_selector("main[data-state=failure]")
    code = desk.api.get("/v1/readers")["readers"][0]["failure"]["code"]
    words = desk.api.get(f"/v1/failures/{code}")["patient"]
    assert page.text_content("#notice") == words[language]
    assert desk.results() == before
    ends(desk, page, language)


def test_the_pad_is_shuffled_and_a_touch_holds_for_the_panel_that_was_shown(desk, kiosk):
    page = kiosk(STFR2)
    desk.act(STFR2, "place", persona="worker")
    orders = set()
    for _ in range(3):
        page.click("[data-touch=method-pin]")
        page.wait_for_selector("main[data-state=pin]")
        orders.add(tuple(page.inner_text(f"[data-touch=key-{place}]") for place in range(10)))
        page.click("[data-touch=cancel]")
        page.wait_for_selector("main[data-state=methods]")
    # Three equal orders of ten come once in 13 billion billions.
    assert len(orders) > 1, orders
    stale = {"nonce": "0" * 32, "touch": {"kind": "method", "method": "pin"}}
    with pytest.raises(Refused, match="PANEL_STALE"):
        desk.api.post(f"/v1/kiosk/{STFR2}/touch", stale)


def test_with_the_keyboard_alone(desk, kiosk):
    page, before = kiosk(STFR2), desk.results()
    desk.act(STFR2, "place", persona="housewife")
    page.wait_for_selector("main[data-state=methods]")
    press(page, "method-pin")
    page.wait_for_selector("main[data-state=pin]")
    reach(page, "key-0")
    page.keyboard.type(desk.personas["housewife"]["pin"])
    while True:
        page.wait_for_selector("main:is([data-state=consent], [data-state=take_card])")
        if page.get_attribute("main", "data-state") == "take_card":
            break
        shown = page.get_attribute("main", "data-panel")
        press(page, "agree")
        page.wait_for_selector(f"main:not([data-panel='{shown}'])")
    assert result_after(desk, before)["verification"] == "pin"


def reach(page, touch):
    """Tab until this control has the focus; no more often than there are controls."""
    for _ in range(page.locator("button, input").count() + 2):
        if page.evaluate("document.activeElement.dataset.touch") == touch:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{touch} is not reached")


def press(page, touch):
    reach(page, touch)
    page.keyboard.press("Enter")


def test_settings_go_with_the_patient(desk, kiosk):
    page = kiosk(STFR2)
    desk.act(STFR2, "place", persona="worker")
    page.wait_for_selector("main[data-state=methods]")
    for setting in ("larger", "contrast", "lower"):
        page.click(f"[data-setting={setting}]")
    page.wait_for_selector("html[data-larger][data-contrast][data-lower]")
    top = page.locator("#question").bounding_box()["y"]
    assert top >= page.viewport_size["height"] / 2, "the controls are in the lower half"
    desk.act(STFR2, "pull")
    page.wait_for_selector("html:not([data-larger]):not([data-contrast]):not([data-lower]) main[data-state=place_card]")


def test_the_guide_follows_a_unit_with_a_screen_of_its_own(desk, kiosk):
    page = kiosk(CAORA)
    desk.act(CAORA, "place", persona="worker")
    page.wait_for_selector("main[data-state=methods]")
    assert page.locator("#question button").count() == 0, "nothing is touched here"
    page.click("[data-touch=language-ko]")
    page.wait_for_selector("html[lang=ko] main[data-state=methods]")
    desk.act(CAORA, "choose", method="pin")
    page.wait_for_selector("main[data-state=pin]")
    desk.act(CAORA, "type", digits=desk.personas["worker"]["pin"])
    while True:
        page.wait_for_selector("main:is([data-state=consent], [data-state=take_card])")
        if page.get_attribute("main", "data-state") == "take_card":
            break
        shown = page.get_attribute("main", "data-panel")
        desk.act(CAORA, "consent", decision="agree")
        page.wait_for_selector(f"main:not([data-panel='{shown}'])")
    desk.act(CAORA, "pull")
    page.wait_for_selector("html[lang=ja] main[data-state=place_card]")


def test_settings_that_somebody_left_are_not_the_next_patients(kiosk):
    page = kiosk(STFR2, clock=True)
    page.click("[data-setting=larger]")
    page.wait_for_selector("html[data-larger]")
    page.clock.fast_forward(59_000)
    page.click("[data-setting=contrast]")
    page.clock.fast_forward(59_000)
    page.wait_for_selector("html[data-larger][data-contrast]")
    page.clock.fast_forward(2_000)
    page.wait_for_selector("html:not([data-larger]):not([data-contrast]) main[data-state=place_card]")


# What the browser says when another tab or window covers the page, and when it is seen again.
SEEN = """(seen) => {
    Object.defineProperty(document, 'hidden', { value: !seen, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_kiosk_that_nobody_sees_leaves_its_stream_to_others(kiosk):
    page = kiosk(STFR2)
    with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/panel")):
        page.evaluate(SEEN, False)
    with page.expect_request("**/panel"):
        page.evaluate(SEEN, True)
    page.wait_for_selector("main[data-state=place_card]")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_desk_is_asked_again(kiosk, status):
    page = kiosk(STFR2)
    refuse_streams(page, status)
    page.wait_for_selector("main[data-state=out_of_order]")
    page.wait_for_selector("main[data-state=place_card]")


@pytest.mark.parametrize("status", [401, 403])
def test_a_desk_that_knows_the_browser_no_more_asks_for_a_code(kiosk, status):
    page = kiosk(STFR2)
    refuse_streams(page, status)
    page.wait_for_selector("main[data-state=code] input[name=code]")


def refuse_streams(page, status):
    """The next stream, and the question why."""
    page.route("**/panel", lambda route: route.fulfill(status=status), times=2)
    page.evaluate(SEEN, False)
    page.evaluate(SEEN, True)
