"""The page of one photo in a real browser; NumPy judges its figures, html5lib its HTML."""

from __future__ import annotations

import re
from dataclasses import replace

import html5lib
import numpy as np
import pytest
from PIL import Image

import colorfix
from colorfix.report import ReportedFile, document
from colorfix.report.charts import HEIGHT, SIDE, LossCurve, LossPlane
from colorfix.report.landscape import Landscape
from colorfix.report.page import page

HARMFUL = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>\n\u202egpj.\udce9.jpg"


def page_of(correction, output="out.jpg", **more) -> str:
    size = correction.source.size
    report = document(
        correction,
        output=ReportedFile(output, 10, "0" * 64, size, "RGB", "JPEG"),
        after=correction.after,
        seconds=correction.seconds,
        trace="none",
    )
    return page(correction, report, **more)


@pytest.fixture(scope="module")
def correction(cat):
    return colorfix.correct(cat.source, cat.target)


@pytest.fixture(scope="module")
def text(correction):
    return page_of(correction)


@pytest.fixture
def file(text, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


def shown_before(shown) -> float:
    """Return the divider's position in the browser, as a share of the width."""
    box, handle = (shown.locator(name).bounding_box() for name in ("#compare", ".handle"))
    return (handle["x"] + handle["width"] / 2 - box["x"]) / box["width"]


def test_the_divider_follows_the_mouse(opened, file):
    shown = opened(file)
    box = shown.locator("#compare").bounding_box()
    middle = box["y"] + box["height"] / 2
    shown.mouse.move(box["x"] + box["width"] / 2, middle)
    shown.mouse.down()
    shown.mouse.move(box["x"] + box["width"] / 4, middle, steps=5)
    shown.mouse.up()
    assert shown_before(shown) == pytest.approx(0.25, abs=0.03)
    clip = shown.locator(".before").evaluate("e => getComputedStyle(e).clipPath")
    assert clip.startswith("inset(0px")


def test_the_divider_follows_the_keyboard_and_announces_its_position(opened, file):
    shown = opened(file)
    divider = shown.get_by_role("slider")
    divider.focus()
    for key, share in (("Home", 0.0), ("End", 1.0), ("Home", 0.0)):
        shown.keyboard.press(key)
        assert shown_before(shown) == pytest.approx(share, abs=0.005)
    for _ in range(20):
        shown.keyboard.press("ArrowRight")
    assert shown_before(shown) == pytest.approx(0.10, abs=0.005)
    assert divider.get_attribute("aria-valuetext") == "10 % before"


def test_the_divider_follows_a_finger_on_a_phone_where_nothing_is_wider_than_the_screen(chromium, file):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    shown = context.new_page()
    shown.goto(file.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") == 360
    box = shown.locator("#compare").bounding_box()
    y = box["y"] + box["height"] / 3
    touch = context.new_cdp_session(shown)
    for kind, share in (("touchStart", 0.5), ("touchMove", 0.6), ("touchMove", 0.8), ("touchEnd", None)):
        points = [] if share is None else [{"x": box["x"] + share * box["width"], "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert shown_before(shown) == pytest.approx(0.8, abs=0.05)
    context.close()


def test_clipped_pixels_can_be_shown_and_their_share_equals_numpy(opened, file, correction):
    shown = opened(file)
    masks, button = shown.locator(".mask"), shown.get_by_role("button", name="Show clipped pixels")
    for visible in (False, True, False):
        assert [mask.is_visible() for mask in masks.all()] == [visible, visible]
        assert button.get_attribute("aria-pressed") == str(visible).lower()
        button.click()
    shares = [
        100 * (np.asarray(image.convert("RGB")) == 255).any(-1).mean()
        for image in (correction.source.image, correction.image)
    ]
    displayed = re.findall(r"([\d.]+) %", shown.locator(".tools").inner_text())
    assert [float(share) for share in displayed] == pytest.approx(shares, abs=0.005)


def test_every_picture_and_control_has_a_name_and_each_section_a_heading(opened, file):
    shown = opened(file)
    seen = shown.locator("body").aria_snapshot()
    for name in ("Before and after", "Histograms", "RGB parade", "Minima", "A slice of the landscape"):
        assert f'heading "{name}" [level=2]' in seen
    assert 'slider "Divider: how much of the picture shows before"' in seen
    pictures = shown.get_by_role("img").all()
    assert len(pictures) >= 10
    assert all(name.strip() for name in shown.locator("img").evaluate_all("all => all.map(i => i.alt)"))
    assert all(chart.locator("title").count() for chart in shown.locator("svg[role=img]").all())
    assert shown.locator("table:not(:has(caption)), th:not([scope])").count() == 0


def test_in_print_both_pictures_are_side_by_side_without_controls(opened, file):
    shown = opened(file)
    shown.emulate_media(media="print")
    before, after = (shown.locator(f".{side} > img").first.bounding_box() for side in ("before", "after"))
    assert before["x"] + before["width"] <= after["x"]
    assert before["width"] == pytest.approx(after["width"], abs=0.1)  # of a pixel
    assert not shown.locator("#divider").is_visible()
    assert not shown.locator("#clipping").is_visible()


def test_in_print_no_table_is_cut_and_headings_stay_with_their_section(opened, file):
    shown = opened(file)
    shown.emulate_media(media="print")
    for width in (703, 794):  # A4 with and without its margins
        shown.set_viewport_size({"width": width, "height": 1000})
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        cut = "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)"
        assert shown.locator(".scroll").evaluate_all(cut) == []
    inside = "all => all.map(e => getComputedStyle(e.closest('section')).breakInside)"
    assert {*shown.locator("h2").evaluate_all(inside)} == {"avoid"}


def test_without_javascript_both_pictures_are_side_by_side_without_controls(chromium, file):
    context = chromium.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(file.as_uri())
    before, after = (shown.locator(f".{side} > img").first.bounding_box() for side in ("before", "after"))
    assert before["x"] + before["width"] <= after["x"]
    assert before["width"] == pytest.approx(after["width"], abs=0.1)  # of a pixel
    for control in ("#divider", "#clipping", ".handle"):
        assert not shown.locator(control).is_visible()
    context.close()


@pytest.mark.parametrize("size", [(4000, 2), (2, 2000), (8, 8)])
def test_a_picture_of_any_shape_has_room_for_the_handle(opened, tmp_path, size):
    width, height = size
    amber = np.full((height, width, 3), (200, 150, 90), np.uint8)
    path = tmp_path / "page.html"
    path.write_text(page_of(colorfix.correct(amber, "neutral")), encoding="utf-8")
    shown = opened(path)
    box = shown.locator("#compare").bounding_box()
    assert box["height"] >= 48
    assert box["width"] >= 48
    before, after = (shown.locator(f".{side} > img").first.bounding_box() for side in ("before", "after"))
    middles = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in (before, after)]
    assert middles[0] == pytest.approx(middles[1], abs=1)  # pixel


def test_a_name_with_markup_is_escaped_and_readable(opened, cat, tmp_path):
    """Dialogs, messages and requests fail the test at its end."""
    photo = colorfix.correct(cat.source, "neutral")
    named = replace(photo, source=replace(photo.source, name=HARMFUL), warnings=(HARMFUL,))
    path = tmp_path / "harmful.html"
    path.write_bytes(page_of(named, HARMFUL).encode("utf-8", "backslashreplace"))
    shown = opened(path)
    assert shown.locator("h1").inner_text() == (
        "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>\\n\\u202egpj.\\udce9.jpg"
    )
    assert shown.locator("script").count() == 1
    assert shown.locator("img[src=x]").count() == 0


def test_the_page_is_valid_html_and_not_much_larger_than_its_pictures(text):
    html5lib.HTMLParser(strict=True).parse(text)
    assert len(text) < 1_500_000


def test_counts_of_one_are_singular(text, correction):
    count = len(correction.minima)
    assert f"{count} {'minimum' if count == 1 else 'minima'}; the gains used" in text
    assert re.search(r"\d+ climbing phases?, \d+ turns?, \d+ dead ends?\.", text)
    assert not re.search(r"\b1 (turns|minima|dead ends|climbing phases|steps|starts)\b", text)
    assert re.search(r"<dt>certify</dt><dd>no</dd>", text)


def test_histograms_equal_numpy(text, correction, cat):
    """Of the photo: a bin of four values is as high as its share of the fullest bin between the ends."""
    with Image.open(cat.source) as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    bins = np.array([np.histogram(pixels[:, c], bins=64, range=(0, 256))[0] for c in range(3)])
    wanted = 100 * (1 - np.minimum(1, bins / bins[:, 1:-1].max()))
    drawn = re.findall(r'data-channel="(\w+)" d="M0,100([^Z]+)L63,100Z"', text)[:3]
    assert [channel for channel, _ in drawn] == ["red", "green", "blue"]
    for row, (_, path) in zip(wanted, drawn, strict=True):
        heights = [float(height) for _, height in re.findall(r"L(\d+),([\d.]+)", path)]
        assert heights == pytest.approx(row, abs=0.006)


def test_the_curve_marks_phases_turns_dead_ends_and_the_best():
    """Worked by hand: two steps down, a turn, a climb into a dead end (above γ = 50), and down again."""
    from colorfix.learning import Trace
    from colorfix.learning.options import Optimizer

    losses = np.array([11.0, 2.0, 2.0, 11.0, 101.0, np.nan, 11.0])[:, None]
    climbing = np.array([0, 0, 1, 1, 0, 0, 0], bool)[:, None]
    trace = Trace(losses, np.ones((7, 1, 3)), climbing, np.array([1]), np.array([1]))
    curve = LossCurve.of(trace, Optimizer(gamma=50.0), lowest=1.0)
    across = curve.across.clipped_position
    assert curve.climbs == ((across(2), across(4)),)
    assert [place[0] for place in curve.turns] == [across(2)]
    assert [place[0] for place in curve.dead_ends] == [across(4)]
    assert curve.best == (across(1), HEIGHT)
    assert curve.path.count("M") == 2
    heights = [float(y) for y in re.findall(r",(-?[\d.]+)", curve.path)]
    assert heights == pytest.approx([HEIGHT / 2, HEIGHT, HEIGHT, HEIGHT / 2, 0, HEIGHT / 2], abs=0.06)


def test_a_walk_that_leaves_the_landscape_is_cut_at_the_frame_and_its_ticks_are_round():
    """Worked by hand: 8 lies as far beyond 2 as 2 beyond 1/2; the line leaves the frame, not along it."""
    axis = np.geomspace(0.5, 2, 4)
    walked = np.array([(1, 1, 1), (8, 1, 8), (1, 1, 8)], float)
    plane = LossPlane.of(Landscape((0, 2), axis, axis, np.ones((4, 4)), 1.0, (), {"run": walked}))
    places = [tuple(map(float, place.split(","))) for place in plane.path[1:].split("L")]
    assert places == [(SIDE / 2, SIDE / 2), (2 * SIDE, -SIDE), (SIDE / 2, -SIDE)]
    assert [name for _, name in plane.across.ticks] == ["0.5", "0.7", "1", "1.5", "2"]
    assert [place for place, _ in plane.across.ticks][::2] == pytest.approx([0, SIDE / 2, SIDE])


def test_the_path_lies_in_the_frame_that_clips_it(opened, file):
    clip = opened(file).locator(".walk").evaluate("e => getComputedStyle(e.parentElement).clipPath")
    assert clip == 'url("#frame")'
