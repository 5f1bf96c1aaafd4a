"""The daemon is killed and started again: every page of its says so and comes back by itself, to what is there by then."""

import pytest

READER = "front-1"


@pytest.fixture
def killed(desk):
    """Kills the daemon; what it gives starts it again."""
    started = []

    def killed():
        start = desk.kill()
        return lambda: started.append(start())

    yield killed
    for daemon in started:
        daemon.terminate()
        daemon.wait()


def test_every_page_comes_back_to_its_desk(desk, kiosk, board, killed):
    panel, day = kiosk(READER), board()
    desk.act(READER, "visit", persona="worker", method="pin")
    (seen,) = desk.results()
    day.wait_for_selector(f".visits li[data-key='{seen}']")
    start_again = killed()
    panel.wait_for_selector("main[data-state=connecting]")
    day.wait_for_selector(".strips li[data-key=away]")
    start_again()
    panel.wait_for_selector("main[data-state=place_card]")
    day.wait_for_selector(".strips li[data-key=away]", state="detached")
    day.wait_for_selector(f".visits li[data-key='{seen}']")
    # And both follow what happens from then on.
    desk.act(READER, "place", persona="housewife")
    panel.wait_for_selector("main[data-state=methods]")
    day.wait_for_selector(".progress li.now")
    desk.act(READER, "pull")
    panel.wait_for_selector("main[data-state=place_card]")
    day.wait_for_selector(".progress li.now", state="detached")
