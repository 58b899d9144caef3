"""An output that cannot or must not be written is refused before any work."""

from __future__ import annotations

import os
import stat

import pytest

from colorfix.core.atomic import check_writable
from colorfix.core.errors import OutputError

LONG = "x" * 251 + ".jpg"  # 255 bytes, the longest that file systems allow


def _check(path, *, overwrite=False, sources=()):
    check_writable(str(path), overwrite=overwrite, sources=[str(source) for source in sources])


def test_a_free_name_in_a_folder_is_fine(tmp_path):
    _check(tmp_path / "a.jpg")
    _check(tmp_path / LONG)


def test_a_bare_name_lies_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _check("a.jpg")


def test_obstacles_are_reported(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.jpg")
    cases = {
        tmp_path / "no" / "a.jpg": "its folder does not exist; create it first",
        file / "a.jpg": "its folder is a file",
        tmp_path: "is a folder; name a file in it",
        file: "exists already; choose another name or allow",
        tmp_path / ("x" * 256): "the name is too long",
        tmp_path / "pipe.jpg": "is a pipe or a device",
        "nul\0.jpg": "is not a possible file name",
    }
    for path, reason in cases.items():
        with pytest.raises(OutputError, match=reason) as caught:
            _check(path)
        assert str(caught.value).isprintable()


def test_overwrite_permits_an_existing_file(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"old")
    _check(tmp_path / "a.jpg", overwrite=True)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/stdout"])
def test_a_device_is_never_replaced(device):
    if not os.path.lexists(device):
        pytest.skip("there is no such device here")
    with pytest.raises(OutputError):
        _check(device, overwrite=False)
    if not stat.S_ISREG(os.stat(device).st_mode):
        with pytest.raises(OutputError, match="is a pipe or a device"):
            _check(device, overwrite=True)


@pytest.mark.parametrize("way", ["the same", "dots", "symbolic", "hard", "through a linked folder"])
def test_a_source_is_never_the_output_by_whatever_name(way, tmp_path):
    source = tmp_path / "source.jpg"
    source.write_bytes(b"original")
    output = tmp_path / "output.jpg"
    if way == "the same":
        output = source
    elif way == "dots":
        (tmp_path / "sub").mkdir()
        output = f"{tmp_path}/sub/.././source.jpg"
    elif way == "symbolic":
        output.symlink_to(source)
    elif way == "hard":
        output.hardlink_to(source)
    else:
        (tmp_path / "linked").symlink_to(tmp_path)
        output = tmp_path / "linked" / "source.jpg"
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="is read itself; choose another name"):
            _check(output, overwrite=overwrite, sources=["missing.jpg", source])


def test_a_dangling_link_counts_as_existing(tmp_path):
    (tmp_path / "a.jpg").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="exists already"):
        _check(tmp_path / "a.jpg")
    _check(tmp_path / "a.jpg", overwrite=True)


def test_a_folder_without_permission_is_an_error(tmp_path, monkeypatch):
    """Root may write anywhere, so the system's answer is simulated."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="may not be written to"):
        _check(tmp_path / "a.jpg")
