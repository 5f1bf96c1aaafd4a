"""Every screen of the kiosk in every language, on the displays of the five models: nothing is cut off, axe-core finds
nothing, nothing of the page is refused by its policy. What the desk would tell is put into the page's hand, so that rare
screens come as surely as common ones.

With UKETSUKE_SCREENSHOTS=<folder> each screen is kept as a picture, to be looked at.
"""

import pytest

from conftest import fits, keep

LANGUAGES = ["ja", "en", "zh", "ko"]
# 5 to 10 inches, lying and upright (readers.md section 7 has inches; pixels are those of panels of that size); and half
# of 1280 by 800, which is 200 % zoom.
DISPLAYS = [(1024, 600), (480, 800), (800, 480), (600, 1024), (1280, 800), (640, 400)]
# Where there is least room, for the languages that take the most.
TIGHT = [(480, 800), (800, 480)]
SHUFFLED = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
MEDICAL = ["health_checkups", "medicines", "diagnosis"]
CHOICES = ["registration", "carry_over", "electronic_prescription", "medical_assistance", "subsidy_certificates"]
SIX = ["diagnosis_names", "infections", "drug_allergies", "other_allergies", "tests", "prescriptions"]

# In place of the desk: `say(panel)` is what it tells, `told` is what it is told.
IN_HAND = """
window.told = [];
window.fetch = async (_, sent) => { window.told.push(JSON.parse(sent.body)); return new Response(null, { status: 204 }); };
window.EventSource = class {
    constructor() { window.heard = {}; window.stream = this; }
    addEventListener(kind, act) { window.heard[kind] = act; }
    close() {}
};
window.say = (panel) => window.heard.panel({ data: JSON.stringify(panel) });
"""


def screens(desk):
    """Name, notice, question, driver and whether the page is touched."""
    failed = failure(desk, "FACE_NO_MATCH")
    yield from ((f"place-{driver}", "place_card", None, driver, driver == "stfr2")
                for driver in ("stfr2", "caora", "sma-pa", "hi-cara", "exc-9000"))
    for name, notice, question in [
        ("methods", "wait", {"kind": "methods", "offered": ["face", "pin", "visual"]}),
        ("methods-again", failed, {"kind": "methods", "offered": ["face", "pin", "visual"]}),
        ("face", "wait", {"kind": "face"}),
        ("pin", "wait", {"kind": "pin", "tries_left": 3, "keys": SHUFFLED}),
        ("pin-last-try", failure(desk, "PIN_LAST_TRY"), {"kind": "pin", "tries_left": 1, "keys": SHUFFLED}),
        ("passcode", "wait", {"kind": "passcode", "keys": SHUFFLED}),
        ("consent-one", "wait", consent(["medicines"])),
        ("consent-three", "wait", consent(MEDICAL)),
        ("consent-six", "wait", consent(SIX)),
        ("consent-all", "wait", consent([*MEDICAL, "operations", *SIX])),
        *((item, "wait", consent([item])) for item in CHOICES),
        *((notice, notice, None) for notice in (
            "wait", "done", "take_card", "card_left", "out_of_order", "visual_armed", "staff_check")),
    ]:
        yield name, notice, question, "stfr2", True
    yield "guide-methods", "wait", {"kind": "methods", "offered": ["face", "pin"]}, "caora", False
    yield "guide-pin", "wait", {"kind": "pin", "tries_left": 3, "keys": None}, "hi-cara", False
    yield "guide-passcode", "wait", {"kind": "passcode", "keys": None}, "exc-9000", False
    yield "guide-consent", "wait", consent(MEDICAL), "sma-pa", False


def consent(items):
    return {"kind": "consent", "screen": "asked", "items": items}


def failure(desk, code):
    words = desk.api.get(f"/v1/failures/{code}")["patient"]
    return {"kind": "failure", "code": code, "text": words}


@pytest.fixture
def in_hand(desk, open_page):
    def in_hand(wide, high):
        page = open_page(f"{desk.api.url}/kiosk/front-1", wide=wide, high=high)
        # The page begins anew with its desk in our hand.
        page.add_init_script(IN_HAND)
        page.reload()
        page.wait_for_function("window.heard?.panel !== undefined")
        return page

    return in_hand


def show(page, name, notice, question, driver, touch, language):
    unit = {"driver": driver, "label": "内科 1", "touch": touch}
    notice = {"kind": notice} if isinstance(notice, str) else notice
    panel = {"nonce": f"{name}-{language}", "unit": unit, "language": language, "notice": notice, "question": question}
    page.evaluate("(panel) => say(panel)", panel)
    assert page.get_attribute("main", "data-panel") == panel["nonce"]


@pytest.mark.parametrize("wide,high", DISPLAYS)
def test_every_screen_fits(desk, in_hand, wide, high):
    page = in_hand(wide, high)
    for language in LANGUAGES if (wide, high) in TIGHT else ["ja"]:
        for name, *rest in screens(desk):
            show(page, name, *rest, language)
            where = f"kiosk-{wide}x{high}-{language}-{name}"
            keep(page, where)
            fits(page, where)
            assert page.evaluate("document.documentElement.lang") == language
            said = page.inner_text("#notice")
            assert said and "undefined" not in page.inner_text("body"), where


@pytest.mark.parametrize("language,setting", [
    *((language, None) for language in ("ja", "en")), *(("ja", setting) for setting in ("larger", "contrast", "lower"))])
def test_axe_finds_nothing(desk, in_hand, axe, language, setting):
    page = in_hand(1024, 600)
    for name, *rest in screens(desk):
        show(page, name, *rest, language)
        if setting and page.get_attribute(f"[data-setting={setting}]", "aria-pressed") == "false":
            page.click(f"[data-setting={setting}]")
        axe(page, f"{name} {language} {setting}")
        fits(page, f"{name} {language} {setting}")


def test_every_failure_of_the_catalogue_fits(desk, in_hand):
    """On the smallest display, in every language."""
    page = in_hand(480, 800)
    for code in desk.codes:
        for language in LANGUAGES:
            told = failure(desk, code)
            show(page, code, told, None, "stfr2", True, language)
            fits(page, f"{code} {language}")
            assert page.text_content("#notice") == told["text"][language]


def test_code_form_and_waiting(desk, open_page, axe):
    page = open_page(f"{desk.api.url}/kiosk/front-1")
    page.wait_for_selector("main[data-state=code]")
    axe(page, "code")
    keep(page, "kiosk-code")
    page.fill("input[name=code]", "AAAAAAAA")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pairing [role=alert]:not(:empty)")
    axe(page, "wrong code")
    keep(page, "kiosk-code-wrong")
    page.fill("input[name=code]", desk.code({"kiosk": "front-1"})["code"])
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-state=place_card]")


def test_a_pin_is_neither_shown_nor_named(desk, in_hand):
    page = in_hand(1024, 600)
    show(page, "pin", "wait", {"kind": "pin", "tries_left": 3, "keys": SHUFFLED}, "stfr2", True, "ja")
    names = page.eval_on_selector_all(".pad .key", "keys => keys.map((key) => key.getAttribute('aria-label'))")
    assert len(set(names)) == 10 and not any(character.isdigit() for name in names for character in name)
    page.click(".pad .key >> nth=2")
    assert page.inner_text(".typed") == "●○○○"
    assert "4" not in page.inner_text("#said")


def test_a_reminder_takes_nothing_of_what_was_touched(desk, in_hand):
    page = in_hand(1024, 600)
    passcode = {"kind": "passcode", "keys": SHUFFLED}
    show(page, "a", "wait", passcode, "stfr2", True, "ja")
    assert "職員の方" in page.inner_text("#notice")
    page.click("[data-touch=key-8]")
    page.click("[data-touch=key-6]")
    reminder = failure(desk, "PATIENT_SLOW")
    show(page, "b", reminder, passcode, "stfr2", True, "ja")
    assert page.inner_text(".typed") == "●●○○", "the pad is the same: what was touched holds"
    assert page.inner_text("#trouble") == reminder["text"]["ja"]
    page.click("[data-touch=key-7]")
    page.click("[data-touch=key-2]")
    # Positions only, under the panel that is shown.
    assert told(page) == [{"nonce": "b-ja", "touch": {"kind": "pad", "positions": [8, 6, 7, 2]}}]
    # Another pad, in other order or of the other kind, begins anew.
    page.click("[data-touch=key-0]")
    show(page, "c", reminder, {"kind": "pin", "tries_left": 3, "keys": SHUFFLED}, "stfr2", True, "ja")
    assert page.inner_text(".typed") == "○○○○"
    page.click("[data-touch=cancel]")
    assert told(page)[-1] == {"nonce": "c-ja", "touch": {"kind": "pad_cancel"}}


def test_every_choice_has_words_and_buttons_of_its_own(in_hand):
    page = in_hand(1024, 600)
    seen = set()
    for language in LANGUAGES:
        for item in CHOICES:
            show(page, item, "wait", consent([item]), "stfr2", True, language)
            buttons = page.locator(".choices button").all_inner_texts()
            assert (page.locator("ul").count(), len(buttons)) == (0, 2), f"{language} {item}: one decision"
            said = (page.inner_text("#notice"), *buttons)
            assert said not in seen, f"{language} {item} says what another says"
            seen.add(said)
    show(page, "paper", "wait", consent(["electronic_prescription"]), "stfr2", True, "ja")
    assert page.locator(".choices button").all_inner_texts() == ["電子", "紙"]
    page.click("[data-touch=refuse]")
    assert told(page)[-1] == {"nonce": "paper-ja", "touch": {"kind": "consent", "screen": "asked", "decision": "refused"}}
    show(page, "bundle", "wait", consent(["medicines", "medical_assistance"]), "stfr2", True, "ja")
    assert page.locator("ul li").count() == 2, "a bundle of the centre's is listed"
    for notice in ("visual_armed", "staff_check"):
        show(page, notice, notice, None, "stfr2", True, "ja")
        assert page.get_attribute("main", "data-state") == notice
        assert "職員が" in page.inner_text("#said")
    show(page, "offered", "place_card", {"kind": "methods", "offered": ["visual", "pin"]}, "stfr2", True, "ja")
    assert page.locator(".choices .name").all_inner_texts() == ["職員が確認", "暗証番号"]


def told(page):
    """What the page has told its desk."""
    return page.evaluate("told")
