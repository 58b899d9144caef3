"""Templates: what they make, and that nothing can be made to leave its folder."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorfix.batch.plan.destination import FIELDS, Template, beside
from colorfix.batch.plan.sources import Source
from colorfix.core.errors import OutputError, SettingError

names = st.text("ab.{}\n é", min_size=1, max_size=5).filter(lambda name: name not in {".", ".."})
sources = st.builds(
    lambda root, parts: Source(root, "/".join(parts)),
    st.sampled_from(["", "p", "/p/q", "../p", "p/../q", "./p"]),
    st.lists(names, min_size=1, max_size=3),
)


@given(sources)
def test_fields_equal_the_parts_of_pathlib(source):
    path = PurePosixPath(source.relative)
    assert beside("/{name}", source) == f"/{path.name}"
    assert beside("/{stem}|{suffix}", source) == f"/{path.stem}|{path.suffix}"
    parent = str(path.parent)
    assert beside("/x{parent}", source) == ("/x" if parent == "." else f"/x{parent}")


@given(sources)
def test_the_tree_is_kept(source):
    assert Template.into("out").filled(source) == f"out/{source.relative}"


@given(
    st.lists(st.sampled_from(["a", ".", "/", "..", "{{", *(f"{{{field}}}" for field in FIELDS)]), max_size=6),
    sources,
)
def test_no_result_leaves_the_folder_before_the_first_field(pieces, source):
    """Whatever template, whatever names: refused, or below its fixed part, which only the user wrote."""
    template = Template.of("out/" + "".join(pieces))
    try:
        found = template.filled(source)
    except OutputError:
        return
    inside = os.path.relpath(os.path.normpath(found), os.path.normpath(template.root or "."))
    assert inside.split("/")[0] not in {".", ".."}
    assert not {".", "..", ""} & set(found.removeprefix(template.root).strip("/").split("/"))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("out/{stm}.jpg", "no field of 'out/{stm}.jpg' is called 'stm'; did you mean 'stem'?"),
        ("out/{stem.__class__}.jpg", "stem.__class__"),
        ("out/{0}", "'0'"),
        ("out/{}", "there are: folder, name, parent, stem, suffix"),
        ("out/{stem!r:>9}", "stem!r:>9"),
        ("out/{stem", "write {{ for a brace"),
        ("out/stem}", "write }} for a brace"),
    ],
)
def test_an_unknown_field_is_refused(template, said):
    with pytest.raises(SettingError) as error:
        Template.of(template)
    assert said in str(error.value)


def test_braces_are_doubled_and_names_are_never_read_as_templates():
    source = Source("p", "{stem}{{.jpg")
    assert Template.of("out/{{{name}}}").filled(source) == "out/{{stem}{{.jpg}"


@pytest.mark.parametrize("name", ["...jpg", "..jpg"])
def test_a_stem_of_dots_does_not_climb(name):
    with pytest.raises(OutputError, match="leads out of out"):
        Template.of("out/{stem}/x{suffix}").filled(Source("p", name))


def test_a_name_of_more_than_255_bytes_is_refused_and_one_of_255_is_not():
    fits, over = Source("p", "é" * 123 + ".jpg"), Source("p", "é" * 124 + ".jpg")
    assert Template.of("out/{stem}_1234{suffix}").filled(fits)
    with pytest.raises(OutputError, match="more than 255 bytes"):
        Template.of("out/{stem}_1234{suffix}").filled(over)


def test_a_cameras_raw_becomes_a_tiff_but_its_target_keeps_its_name():
    source = Source("p", "x/a.NEF")
    assert Template.into("out").filled(source) == "out/x/a.tif"
    assert beside("{name}.json", source) == "p/x/a.NEF.json"


def test_a_target_may_be_in_any_folder():
    source = Source("/p", "x/a.jpg")
    assert beside("../refs/{stem}.png", source) == "/p/x/../refs/a.png"
    assert beside("/refs/{parent}/{name}", source) == "/refs/x/a.jpg"
