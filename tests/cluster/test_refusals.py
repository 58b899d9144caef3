"""Options that a cluster does not support end with one line and an exit status, before it is started."""

from __future__ import annotations

import subprocess
import sys
from logging import ERROR, LogRecord

import pytest
from clusters import reset_auth
from disturbed import photo

from colorfix.cluster.actor import Corrector, RunSettings
from colorfix.cluster.driver import LostBatches
from colorfix.core.errors import SettingError


def error_of(done, status: int) -> str:
    """The one line of an error."""
    assert (done.returncode, done.stderr.count("\n"), done.stderr[:7]) == (status, 1, "error: "), done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["s3://photos/a.jpg", "-t", "neutral", "-o", "out/"], "is in a bucket; add --ray"),
        (["a.jpg", "-t", "neutral", "-o", "out/", "--ray=photos/"], "--ray=HOST:PORT"),
        (
            ["a.jpg", "-t", "neutral", "--ray", "--in-place"],
            "--in-place cannot be used with --ray: write elsewhere",
        ),
        (["a.jpg", "-t", "neutral", "-o", "out/", "--ray", "--gains-from", "pooled"], "colorfix apply LOOK"),
        (["-", "-t", "neutral", "-o", "out/", "--ray"], "- cannot be used with --ray"),
        (["no://photos", "-t", "neutral", "-o", "out/", "--ray"], "no scheme that pyarrow or fsspec know"),
    ],
)
def test_wrong_usage_names_the_remedy(invoke, arguments, words):
    assert words in error_of(invoke("correct", *arguments), 2)


def test_a_missing_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['ray'] = None; from colorfix.cli.app import run; sys.exit(run(sys.argv[1:]))"
    )
    line = ["correct", "a.jpg", "-t", "neutral", "-o", "out/", "--ray"]
    done = subprocess.run([sys.executable, "-c", code, *line], capture_output=True, text=True, check=False)
    assert "pip install 'colorfix[ray]'" in error_of(done, 2)


def test_a_node_with_another_version_is_a_usage_error():
    """What its actor raises comes back as Ray reports it: a traceback, and advice below it."""
    corrector = Corrector("neutral", None, RunSettings(version="9.9"))
    with pytest.raises(SettingError) as raised:
        corrector({"source": [], "output": []})
    advice = "ray.exceptions.UserCodeException: UDF failed.\nTo change retry attempts, configure ..."
    cause = f"ray::submit() (pid=7)\n  File x.py\ncolorfix.core.errors.SettingError: {raised.value}"
    losses = LostBatches()
    losses.raise_refusal()
    error = RuntimeError(f"{cause}\n\nThe above\n{advice}")
    losses.emit(LogRecord("ray.data", ERROR, "", 0, "lost", (), (RuntimeError, error, None)))
    with pytest.raises(SettingError, match=r"^colorfix 9\.9 started the run, .* install the same on all$"):
        losses.raise_refusal()


def test_the_reason_of_a_refusing_store_is_reported(s3, correct, monkeypatch):
    s3.put({"photos/a.jpg": photo(0)})
    options = ("-t", "neutral", "-o", f"{s3.uri}/out", "--ray")
    assert "there is no such bucket" in error_of(correct("s3://photos-nowhere/x", *options), 1)
    nowhere = ("-t", "neutral", "-o", "s3://photos-nowhere/out", "--ray")
    done = error_of(correct(f"{s3.uri}/photos", *nowhere), 1)
    assert done.startswith("error: s3://photos-nowhere/out/.colorfix/outcomes: s3://photos-nowhere: there is")
    nowhere = (f"{s3.uri}/photos/a.jpg", "-t", "s3://photos-nowhere/g.jpg", *options[2:])
    assert "there is no such bucket" in error_of(correct(*nowhere), 1)
    assert "holds nothing" in error_of(correct(f"{s3.uri}/phtos", *options), 1)
    reset_auth(s3.endpoint, "0")
    try:
        assert "check the credentials" in error_of(correct(f"{s3.uri}/photos", *options), 1)
    finally:
        reset_auth(s3.endpoint, "inf")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "cannot be reached; check the network" in error_of(correct(f"{s3.uri}/photos", *options), 1)


def test_a_cluster_that_does_not_answer_is_one_line(correct, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(photo(0))
    done = correct("a.jpg", "b.jpg", "-t", "neutral", "-o", "out/", "--ray", "127.0.0.1:9")
    assert error_of(done, 1).startswith("error: --ray 127.0.0.1:9: does not answer")
    assert not (tmp_path / "out").exists()


def test_a_list_of_this_machine_may_name_photos_in_a_bucket(s3, invoke, colorfix, tmp_path):
    s3.put({"photos/a.jpg": photo(0)})
    (tmp_path / "list.txt").write_text(f"{s3.uri}/photos/a.jpg\n")
    (tmp_path / "b.jpg").write_bytes(photo(1))
    line = ("correct", "--files-from", "list.txt", "-t", "neutral", "-o", "out", "--dry-run")
    assert f"{s3.uri}/photos/a.jpg: is in a bucket; add --ray" in error_of(invoke(*line), 2)
    planned = f"{s3.uri}/photos/a.jpg -> out/a.jpg  (neutral)\n"
    assert invoke(*line, "--ray").stdout == planned
    piped = colorfix(*line[:2], "-", *line[3:], "--ray", input=f"{s3.uri}/photos/a.jpg\n")
    assert piped.stdout == planned
    beside = invoke(*line, "--ray", "[a-z]*.jpg")
    assert beside.stdout == f"b.jpg -> out/b.jpg  (neutral)\n{planned}"
    assert beside.stderr == ""


def test_results_that_would_replace_others_are_refused(s3, invoke):
    s3.put({"photos/a.jpg": photo(0), "photos/b/a.jpg": photo(1)})
    line = ("correct", f"{s3.uri}/photos", "-r", "-t", "neutral", "--ray", "-o")
    assert "would be written twice" in error_of(invoke(*line, f"{s3.uri}/out/{{name}}"), 1)
    assert "is read itself" in error_of(invoke(*line, f"{s3.uri}/photos"), 1)
    plan = invoke(*line, f"{s3.uri}/out", "--dry-run")
    assert plan.stdout.splitlines() == [
        f"{s3.uri}/photos/{name} -> {s3.uri}/out/{name}  (neutral)" for name in ("a.jpg", "b/a.jpg")
    ]
    assert s3.get("out/") == {}
