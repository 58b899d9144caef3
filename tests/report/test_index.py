"""The index of a folder in a real browser: sorting, filtering and links, for any photo names."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from disturbed import photo

from colorfix.report import Summary
from colorfix.report.index import IndexNote, IndexRow, index

HARMFUL = (
    "<img src=x onerror=alert(1)>.jpg",
    "\"quoted\" & 'so'.jpg",
    "50% #1?.jpg",
    "naïve 写真.jpg",
    b"no utf-8 \xff.jpg",
    "</script><script>alert(2)</script>.jpg".replace("/", "\N{DIVISION SLASH}"),
    "javascript:alert(3).jpg",
    "{{ 7 * 7 }}.jpg",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The index of photos with harmful names and a broken photo, in a folder with a harmful name."""
    folder = tmp_path_factory.mktemp("index")
    (folder / "shoot").mkdir()
    for number, name in enumerate(HARMFUL):
        path = folder / "shoot" / (name if isinstance(name, str) else os.fsdecode(name))
        path.write_bytes(photo(number))
    (folder / "shoot/broken <b>.jpg").write_bytes(photo(1)[:900])
    command = [sys.executable, "-P", "-m", "colorfix", "correct", "shoot", "-t", "neutral", "-o", "out/"]
    place = "my #1 50% pages?.html"
    done = subprocess.run([*command, "--html", place], cwd=folder, check=False, capture_output=True)
    assert done.returncode == 1  # the broken one
    return folder / place


def names(page):
    return page.locator("tbody tr:not([hidden]) th").all_text_contents()


def test_links_open_the_page_of_any_name_and_lead_back(shown, opened):
    """`opened` checks that no script in a name has run and no file was missing."""
    page = opened(shown)
    assert page.locator("#failed").inner_text().startswith("Failed\nshoot/broken <b>.jpg cannot be decoded")
    assert page.locator("tbody tr").count() == len(HARMFUL)
    loaded = "all => Promise.all(all.map(img => img.decode().then(() => img.naturalWidth)))"
    for number in range(len(HARMFUL)):
        page.eval_on_selector_all("img", loaded)  # to leave before that aborts a request
        link = page.locator("tbody th a").nth(number)
        name, here = link.inner_text(), page.url
        link.click()
        page.wait_for_url(lambda url, here=here: url != here)  # and loaded, not half parsed
        assert name in page.inner_text("body")
        page.locator("nav a, a[rel=up]").first.click()
        page.wait_for_url(lambda url, here=here: url == here)
        assert page.locator("tbody tr").count() == len(HARMFUL)
    widths = page.eval_on_selector_all("img", loaded)
    assert widths == [64] * 2 * len(HARMFUL)


@pytest.fixture
def numbered(tmp_path):
    """Loss, ΔE, clipping, added clipping, blue excess: each in its own order; one photo is unknown."""
    figures = [(3.0, 10.0, 0.1, 0.3, 0.0), (1.0, 9.0, 0.3, -0.1, 0.2), (20.0, 8.0, 0.2, 0.1, 0.1)]
    rows = [
        IndexRow(f"{name}.jpg", Summary(*numbers, 32, 24))
        for name, numbers in zip(("a10", "a9", "B1"), figures, strict=True)
    ]
    path = tmp_path / "index.html"
    text = index([*rows, IndexRow("unknown.jpg")], [IndexNote("z.jpg", "is empty")], title="x", photos=6)
    path.write_text(text, encoding="utf-8")
    return path


ORDERS = {
    "Name": ["a9", "a10", "B1", "unknown"],
    "Loss": ["B1", "a10", "a9", "unknown"],
    "ΔE": ["a10", "a9", "B1", "unknown"],
    "Clipped": ["a9", "B1", "a10", "unknown"],
    "New clipping": ["a10", "B1", "a9", "unknown"],
    "Blue excess": ["a9", "B1", "a10", "unknown"],
}


def test_it_is_sorted_by_any_column_with_the_keyboard(numbered, opened):
    """The first press puts the largest number first, a second one turns it round; unknown ones stay last."""
    page = opened(numbered)
    for column, order in ORDERS.items():
        page.get_by_role("columnheader", name=column, exact=True).get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert names(page) == [f"{name}.jpg" for name in order]
        first = "ascending" if column == "Name" else "descending"
        assert page.locator("[aria-sort]").evaluate_all("all => all.map(th => th.ariaSort)") == [first]
        page.keyboard.press("Space")
        back = order[::-1] if column == "Name" else [*order[2::-1], "unknown"]
        assert names(page) == [f"{name}.jpg" for name in back]


def test_it_is_filtered_by_name(numbered, opened):
    page = opened(numbered)
    page.get_by_label("Show names with").fill("A")
    assert names(page) == ["a10.jpg", "a9.jpg"]
    assert page.inner_text("#count") == "2 of 4"
    page.get_by_label("Show names with").fill("")
    assert len(names(page)) == 4


def test_without_javascript_photos_are_in_the_order_of_the_run(numbered, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(numbered.as_uri())
    assert names(page) == ["a10.jpg", "a9.jpg", "B1.jpg", "unknown.jpg"]
    assert (page.locator("button").count(), page.locator("#filter").is_visible()) == (0, False)
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_overflows_the_window(numbered, opened, width):
    page = opened(numbered)
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_in_print_it_is_a_compact_table_with_a_header_on_each_sheet(tmp_path, chromium):
    """Chromium prints A4: 15 photos and more a sheet; the header stands where a table's header repeats."""
    (tmp_path / "small.jpg").write_bytes(photo(1, size=240))
    figures = Summary(1.0, 9.0, 0.3, -0.1, 0.2, 240, 240)
    rows = [IndexRow(f"photo {n}.jpg", figures, "p.html", "small.jpg", "small.jpg") for n in range(45)]
    path = tmp_path / "index.html"
    path.write_text(index(rows, [], title="x", photos=45), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 794, "height": 1123})
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    displays = [
        page.locator(part).first.evaluate("e => getComputedStyle(e).display")
        for part in ("thead", "tbody tr")
    ]
    assert displays == ["table-header-group", "table-row"]
    assert not page.locator("#filter").is_visible()
    assert page.locator("summary").is_visible() is False
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    page.close()
    assert len(sheets) <= 45 / 15 + 1


def test_screen_readers_get_a_table(numbered, opened):
    tree = opened(numbered).locator("table").aria_snapshot()
    assert tree.startswith('- table "Corrected photos, before and after"')
    assert '- rowheader "a10.jpg"' in tree
    assert '- button "Loss"' in tree
