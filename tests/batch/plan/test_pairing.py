"""Which target guides which photo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from colorfix.batch.process.learn import LazyTargets
from colorfix.core.errors import PhotoError, SettingError


def test_a_table_pairs_source_and_target_and_may_name_the_output(shoot, planned):
    shoot("p/a.jpg", "p/b.jpg")
    Path("p/pairs.csv").write_text("output,source,target\n,a.jpg,b.jpg\n../x.jpg,b.jpg,neutral\n", "utf-8")
    found = planned(pairs="p/pairs.csv")
    assert [(job.source, job.target, job.output) for job in found.jobs] == [
        ("p/a.jpg", "p/b.jpg", "out/a.jpg"),
        ("p/b.jpg", "neutral", "p/../x.jpg"),
    ]


def test_a_table_may_have_bytes_quotes_line_breaks_and_a_byte_order_mark(shoot, planned):
    Path("t.csv").write_bytes(b'\xef\xbb\xbfsource,target\r\n"a, ""b""\n.jpg",/caf\xe9.jpg\r\n')
    (job,) = planned(pairs="t.csv").jobs
    assert (job.source, job.target) == ('a, "b"\n.jpg', "/caf\udce9.jpg")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source,targt\na,b\n", "did you mean 'target'?"),
        ("source\na\n", "has no column 'target'"),
        ("a.jpg,b.jpg\n", "no column of t.csv is called 'a.jpg'"),
        ("", "has no column 'source'"),
        ("source,target\na.jpg\n", "t.csv, line 2: a source and a target"),
        ("source,target\na.jpg,b.jpg,c.jpg\n", "t.csv, line 2: a source and a target"),
        ("source,target\na.jpg,\n", "t.csv, line 2"),
        ('source,target\n"a.jpg,b.jpg\n', "is no CSV"),
    ],
)
def test_a_table_that_cannot_be_read_names_the_line(shoot, planned, text, said):
    shoot("t.csv", content=text.encode())
    with pytest.raises(SettingError) as error:
        planned(pairs="t.csv")
    assert said in str(error.value)


def test_neutral_and_dash_are_files_in_templates_and_tables(shoot, planned):
    shoot("neutral.jpg", "-.jpg")
    found = planned("*.jpg", target_for="{stem}", output="{stem}").jobs
    assert [(job.target, job.output) for job in found] == [("./-", "./-"), ("./neutral", "neutral")]
    Path("t.csv").write_text("source,target,output\n-,-,-\n")
    (job,) = planned(pairs="t.csv", output=None).jobs
    assert {job.source, job.target, job.output} == {"./-"}


def test_a_table_in_place_may_not_name_a_photo_as_a_target(shoot, planned):
    shoot("a.jpg", "b.jpg", "t.csv")
    Path("t.csv").write_text("source,target\na.jpg,b.jpg\nb.jpg,neutral\n")
    with pytest.raises(SettingError, match="is a target and among the photos too; drop it from the table"):
        planned(pairs="t.csv", output=None, in_place=True)


def test_targets_are_read_on_first_use_and_few_stay_in_memory(tmp_path, monkeypatch):
    names = [str(tmp_path / f"{index}.png") for index in range(9)]
    for name in names:
        Image.new("RGB", (2, 2), (9, 8, 7)).save(name)
    guides = LazyTargets((*names, "missing"))
    first = guides[names[0]]
    assert guides[names[0]] is first
    for name in names:
        assert guides[name].name == name
    assert guides[names[8]] is guides[names[8]]
    assert guides[names[0]] is not first
    assert len(guides._read) <= 4
    with pytest.raises(PhotoError, match="missing: does not exist"):
        guides["missing"]
    assert list(guides) == [*names, "missing"]
