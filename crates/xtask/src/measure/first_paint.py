"""First contentful paint of each page, in milliseconds from the beginning of its loading (the browser's own clock).

Reads {"openings": n, "pages": {name: address}} and writes {name: [milliseconds]}. The code in an address is good once: the
first opening pairs and is not counted; nothing of a page may be cached, so that every opening is a whole one.
"""

import json
import sys

from playwright.sync_api import sync_playwright

PAINTED = """() => new Promise((done) => new PerformanceObserver((list) => {
    const painted = list.getEntriesByName('first-contentful-paint')[0];
    if (painted) done(painted.startTime);
}).observe({ type: 'paint', buffered: true }))"""


def painted(context, address):
    page = context.new_page()
    page.goto(address, wait_until="load")
    took = page.evaluate(PAINTED)
    page.close()
    return took


asked = json.load(sys.stdin)
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
    figures = {}
    for name, address in asked["pages"].items():
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        painted(context, address)
        figures[name] = [painted(context, address.split("#")[0]) for _ in range(asked["openings"])]
        context.close()
    browser.close()
json.dump(figures, sys.stdout)
