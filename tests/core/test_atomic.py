"""Atomic writes: an output is whole or absent, and no other file is lost."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from colorfix.core.atomic import check_writable, publish
from colorfix.core.errors import OutputError

LONG = "x" * 251 + ".jpg"  # 255 bytes, the longest that file systems allow


@pytest.mark.parametrize("name", ["a.jpg", LONG, "new\nline.jpg", "caf\udce9.jpg", "-x.jpg", ".hidden.jpg"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_bytes_are_there_under_the_name_and_nothing_else(name, overwrite, tmp_path, listing):
    publish(b"a photo", os.path.join(tmp_path, name), overwrite=overwrite)
    assert listing() == [name]
    assert (tmp_path / name).read_bytes() == b"a photo"


def test_a_bare_name_is_published_into_the_current_folder(tmp_path, monkeypatch, listing):
    monkeypatch.chdir(tmp_path)
    publish(b"a photo", "a.jpg")
    assert listing() == ["a.jpg"]


def test_the_umask_decides_on_a_new_files_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        publish(b"", str(tmp_path / "a.jpg"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.jpg").stat().st_mode) == 0o640


def test_an_overwritten_files_permissions_pass_on(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    path.chmod(0o604)
    publish(b"new", str(path), overwrite=True)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o604)


def test_nothing_is_replaced_without_overwrite(tmp_path, listing):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"):
        publish(b"new", str(path))
    assert (path.read_bytes(), listing()) == (b"old", ["a.jpg"])


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_is_replaced_and_not_its_target(dangling, tmp_path):
    outside, link = tmp_path / "outside.jpg", tmp_path / "a.jpg"
    if not dangling:
        outside.write_bytes(b"somebody's")
    link.symlink_to(outside)
    with pytest.raises(OutputError, match="exists already"):
        publish(b"new", str(link))
    publish(b"new", str(link), overwrite=True)
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
    assert outside.exists() is not dangling
    assert dangling or outside.read_bytes() == b"somebody's"


@pytest.mark.parametrize("name", ["nul\0.jpg", "lone\ud800.jpg"])
def test_an_impossible_name_is_an_error(name, tmp_path, listing):
    with pytest.raises(OutputError, match="is not a possible file name"):
        publish(b"", f"{tmp_path}/{name}")
    assert listing() == []


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="its folder does not exist; create it first"):
        publish(b"", str(tmp_path / "no" / "a.jpg"))


@pytest.fixture
def without_links(monkeypatch):
    """A file system that has no hard links, as on a memory card."""

    def refuse(*_args, **_settings):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("without_links")
def test_publishing_works_without_hard_links(tmp_path, listing):
    publish(b"a photo", str(tmp_path / "a.jpg"))
    assert ((tmp_path / "a.jpg").read_bytes(), listing()) == (b"a photo", ["a.jpg"])


@pytest.mark.usefixtures("without_links")
def test_without_hard_links_nothing_is_overwritten_either(tmp_path, listing):
    (tmp_path / "a.jpg").write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"):
        publish(b"new", str(tmp_path / "a.jpg"))
    assert ((tmp_path / "a.jpg").read_bytes(), listing()) == (b"old", ["a.jpg"])


@pytest.mark.usefixtures("without_links")
def test_without_hard_links_a_failure_leaves_no_empty_file(tmp_path, listing, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="input/output error"):
        publish(b"new", str(tmp_path / "a.jpg"))
    assert listing() == []


# faults


@pytest.mark.parametrize(
    ("call", "overwrite"), [("fsync", False), ("link", False), ("fsync", True), ("replace", True)]
)
@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(errno.EIO, "Input/output error")])
def test_an_interruption_leaves_the_old_file_and_no_temporary_one(
    call, fault, overwrite, tmp_path, listing, monkeypatch
):
    names = ["old.jpg"] if not overwrite else ["a.jpg", "old.jpg"]
    for name in names:
        (tmp_path / name).write_bytes(b"old")

    def strike(*_args, **_settings):
        raise fault

    monkeypatch.setattr(os, call, strike)
    expected = OutputError if isinstance(fault, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        publish(b"new", str(tmp_path / "a.jpg"), overwrite=overwrite)
    assert listing() == names
    assert {(tmp_path / name).read_bytes() for name in names} == {b"old"}


def test_a_kill_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    code = (
        "import os, signal, sys; from colorfix.core.atomic import publish; "
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL); "
        "publish(b'new', sys.argv[1], overwrite=True)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert (done.returncode, path.read_bytes()) == (-signal.SIGKILL, b"old")
    assert sorted(name[:10] for name in os.listdir(tmp_path)) == [".colorfix-", "a.jpg"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_size_limit_keeps_the_old_file(overwrite, tmp_path, listing):
    if overwrite:
        (tmp_path / "a.jpg").write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match="larger than a file may be here"):
            publish(bytes(100_000), str(tmp_path / "a.jpg"), overwrite=overwrite)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert listing() == (["a.jpg"] if overwrite else [])
    assert not overwrite or (tmp_path / "a.jpg").read_bytes() == b"old"


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_full_disk_keeps_the_old_file(overwrite, mounted):
    with mounted("size=64k") as disk:
        if overwrite:
            (disk / "a.jpg").write_bytes(b"old")
        with pytest.raises(OutputError, match="no space left on the device"):
            publish(bytes(200_000), str(disk / "a.jpg"), overwrite=overwrite)
        assert os.listdir(disk) == (["a.jpg"] if overwrite else [])
        assert not overwrite or (disk / "a.jpg").read_bytes() == b"old"


def test_a_read_only_disk_is_reported_by_check_and_write(mounted):
    with mounted("size=64k,ro") as disk:
        with pytest.raises(OutputError, match=r"may not be written to|read-only"):
            check_writable(str(disk / "a.jpg"), overwrite=False, sources=[])
        with pytest.raises(OutputError, match="the disk is read-only; choose another folder"):
            publish(b"", str(disk / "a.jpg"))
