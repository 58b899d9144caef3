"""Fixtures of page tests: one headless Chromium whose errors and requests are checked."""

from __future__ import annotations

import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests."""
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright (pip install playwright)")
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("needs Chromium (apt-get install chromium)")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """Open files in the browser; at the end no network request or error has occurred."""
    troubles = []
    context = chromium.new_context(viewport={"width": 1280, "height": 900})

    def record_request(request):
        if not request.url.startswith(("file:", "data:", "blob:")):
            troubles.append(request.url)

    def open_(path, **options):
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(f"{request.url}: {request.failure}"))
        page.on("request", record_request)
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri(), **options)
        return page

    yield open_
    context.close()
    assert not troubles
