"""How quickly the index of a folder opens and is sorted, in headless Chromium.

    python -m benchmarks.folder.index_page [ROWS]

The rows are made up, with the sample photos' thumbnails, each a file of its own. Needs Playwright and
Chromium.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.common.paths import SAMPLES
from colorfix import photos
from colorfix.report import Summary
from colorfix.report.index import IndexRow, index

TIMES = 5
_SORT = """(column) => {
  const button = document.querySelectorAll("thead th")[column].querySelector("button");
  const begun = performance.now();
  button.click();
  const sorted = performance.now();
  document.body.offsetHeight;
  return [sorted - begun, performance.now() - begun];
}"""


def make(folder: Path, count: int) -> tuple[Path, float]:
    """Write an index of so many photos; return its path and the seconds that making its text took."""
    draw = random.Random(1)  # noqa: S311 - not a secret
    (folder / "index_files").mkdir()
    rows = []
    sources = sorted(SAMPLES.glob("*/amber.jpg"))
    thumbnails = [
        photos.thumbnails(photos.read(source), photos.GainChange(np.array([0.6, 1.1, 3.0])))
        for source in sources
    ]
    for number in range(count):
        before, after, size = thumbnails[number % len(thumbnails)]
        stem = f"index_files/{number}"
        Path(folder, f"{stem}.before.jpg").write_bytes(before)
        Path(folder, f"{stem}.after.jpg").write_bytes(after)
        figures = Summary(*(draw.random() for _ in range(5)), *size)
        rows.append(
            IndexRow(
                f"shoot/{number:04}.jpg", figures, f"{stem}.html", f"{stem}.before.jpg", f"{stem}.after.jpg"
            )
        )
    begun = perf_counter()
    text = index(rows, [], title="shoot", photos=count)
    taken = perf_counter() - begun
    path = folder / "index.html"
    path.write_text(text, encoding="utf-8")
    return path, taken


def measured(page: Page, url: str) -> tuple[float, ...]:
    """Milliseconds to the load event; of sorting by name and by ΔE, without and with layout; requests."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url, wait_until="load")
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    return load, *page.evaluate(_SORT, 1), *page.evaluate(_SORT, 3), len(requests)


def main() -> None:
    """Print the medians."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with TemporaryDirectory() as name_of:
        path, taken = make(Path(name_of), count)
        with sync_playwright() as play:
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            found = [measured(browser.new_page(), path.as_uri()) for _ in range(TIMES)]
            browser.close()
    load, name, name_laid, shift, shift_laid, requests = map(statistics.median, zip(*found, strict=True))
    print(f"{count} rows, {path.name} made in {1000 * taken:.0f} ms")
    print(f"load event after {load:.0f} ms, {requests:.0f} requests")
    print(
        f"sorted by name in {name:.0f} ms ({name_laid:.0f} ms with layout), "
        f"by ΔE in {shift:.0f} ms ({shift_laid:.0f} ms with layout)"
    )


if __name__ == "__main__":
    main()
