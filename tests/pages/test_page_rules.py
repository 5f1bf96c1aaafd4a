"""What holds for every page: its weight, that no script runs that is put into it, and that it says why it asks for a code."""

import gzip

import pytest

from desk import PAGES

# Compressed, with everything that it loads.
MOST_BYTES = 300_000


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(desk, open_page, name):
    page = open_page("about:blank")
    loaded = {}
    page.on("response", lambda answer: loaded.__setitem__(answer.url, answer))
    page.goto(desk.page(name), wait_until="load")
    page.wait_for_selector("input[name=code]")
    files = {url: answer for url, answer in loaded.items() if "/v1/" not in url}
    assert len(files) > 3, "nothing was seen loading"
    weight = sum(len(gzip.compress(answer.body())) for answer in files.values())
    print(f"{name}: {len(files)} files, {weight} bytes compressed")
    assert weight < MOST_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_no_inline_script_runs(desk, open_page, name):
    page = open_page(desk.page(name), refusals=True)
    refused = page.evaluate("""() => new Promise((done) => {
        addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective), { once: true });
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.head.append(script);
    })""")
    assert refused.startswith("script-src") and page.evaluate("window.ran") is None


@pytest.mark.parametrize("name", PAGES)
def test_a_code_in_the_address_that_is_not_good_is_said(desk, open_page, name):
    page = open_page(f"{desk.page(name)}#AAAAAAAA")
    page.wait_for_selector(".pairing [role=alert]:not(:empty)")
    assert "#" not in page.url
