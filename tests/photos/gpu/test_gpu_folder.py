"""Whole runs with a device's codecs: the files, reports and failures of the processor's run."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from PIL import Image
from specimens import exif, profile

from colorfix import Settings, batch, choose_regularizers, photos
from colorfix.batch.process.learn import LazyTargets
from colorfix.batch.workers import supervisor
from colorfix.cli.counts import Counts
from colorfix.photos.codecs.jpeg import tables_of
from colorfix.photos.containers.jpeg_markers import segments
from colorfix.photos.gpu import DeviceDecoder, decoding
from colorfix.photos.gpu.codec import TorchPixels
from colorfix.photos.gpu.pixels import device_errors
from colorfix.report import schema

# copied workers take a stand-in with them; those with a GPU start afresh
ON_THE_PROCESSOR = pytest.mark.parametrize("device", ["cpu"])
MISSING = "nvImageCodec is not installed; pip install 'colorfix[cuda12]' or 'colorfix[cuda13]'"


@pytest.fixture
def shoot(amber, cat, tmp_path):
    """A camera's photos, and every kind that a device leaves to the processor."""
    (tmp_path / "photos").mkdir()
    png = BytesIO()
    Image.open(BytesIO(amber())).save(png, "PNG")
    files = {
        "camera.jpg": amber((1700, 1280), exif=exif(), icc_profile=profile(), comment=b"a remark"),
        "fine.jpg": amber(quality=95, subsampling=0),
        "flat.jpg": amber(quality=60, subsampling=1),
        "sample.jpg": cat.source.read_bytes(),
        "progressive.jpg": amber(progressive=True),
        "own.jpg": amber(qtables=[list(range(1, 65))] * 2),
        "photo.png": png.getvalue(),
        "cut.jpg": amber((1200, 800))[:-20_000],
    }
    for name, data in files.items():
        (tmp_path / "photos" / name).write_bytes(data)
    return tmp_path


def run_on(shoot, into, device=None, *, settings=None, order=None, **job):
    """Correct them all with two workers; device None is the command without --device."""
    (shoot / into).mkdir()
    settings = settings or Settings(device="cuda" if device == "cuda" else "cpu")
    names = sorted(path.name for path in (shoot / "photos").iterdir())
    jobs = [
        batch.Job(f"{shoot}/photos/{name}", f"{shoot}/{into}/{name}", None, "neutral", **job)
        for name in names
    ]
    decoder = None if device is None else DeviceDecoder(device)
    asked = {"workers": 2, "decoder": decoder} | (order or {})
    outcomes = list(batch.run_jobs(jobs, LazyTargets(("neutral",)), batch.Order(settings, **asked)))
    return {Path(outcome.job.source).name: outcome for outcome in outcomes}


def codecs_of(outcomes):
    return {
        name: outcome.report["codecs"]
        for name, outcome in outcomes.items()
        if isinstance(outcome, batch.Corrected)
    }


def test_a_folder_has_the_results_of_the_cpu(shoot, codec, device, near, monkeypatch):
    """Metadata, thumbnails, tables, subsampling and what cannot be corrected are as there; so are the pixels.

    On the processor the two decoders are one library: the files are equal to the byte and the gains to the
    last digit. On a GPU pixels round otherwise, and what is learned of them moves by as little. Workers start
    afresh, as they do with a GPU.
    """
    monkeypatch.setattr(supervisor, "can_fork", lambda: False)
    ours, theirs = run_on(shoot, "ours", device), run_on(shoot, "theirs")
    assert {name: type(outcome) for name, outcome in ours.items()} == {
        name: type(outcome) for name, outcome in theirs.items()
    }
    assert str(ours["cut.jpg"].error) == str(theirs["cut.jpg"].error)
    for name in sorted(set(ours) - {"cut.jpg"}):
        files = [(shoot / into / name).read_bytes() for into in ("ours", "theirs")]
        images = [Image.open(BytesIO(data)) for data in files]
        near(*(image.convert("RGB") for image in images))
        gains = [outcomes[name].report["gains"] for outcomes in (ours, theirs)]
        np.testing.assert_allclose(*gains, rtol={"cpu": 0, "cuda": 1e-3}[device])
        if device == "cpu":
            assert files[0] == files[1]
        elif images[0].format == "JPEG":
            assert tables_of(images[0]) == tables_of(images[1])
            assert images[0].layer == images[1].layer
            assert [s[:4] for s in segments(files[0])] == [s[:4] for s in segments(files[1])]


def test_a_report_names_the_decoder_the_encoder_and_the_reason(shoot, codec, device):
    outcomes = run_on(shoot, "out", device)
    there = {"decode": "gpu", "encode": "gpu", "reason": None}
    here = {"decode": "cpu", "encode": "cpu"}
    assert codecs_of(outcomes) == {
        **dict.fromkeys(("camera.jpg", "fine.jpg", "flat.jpg", "sample.jpg"), there),
        "progressive.jpg": here | {"reason": "a progressive JPEG"},
        "own.jpg": here | {"reason": "a JPEG with tables of its own"},
        "photo.png": here | {"reason": "not a JPEG"},
    }
    jsonschema.validate(json.loads(json.dumps(outcomes["camera.jpg"].report)), schema())


def test_the_summary_lists_each_reason_once(shoot, codec, device):
    tally = Counts(8)
    for outcome in run_on(shoot, "out", device).values():
        tally.add(outcome)
    assert tally.codecs == (
        "4 decoded and encoded on the GPU, on the CPU "
        "1 (a JPEG with tables of its own), 1 (not a JPEG), 1 (a progressive JPEG)"
    )


def test_a_single_photo_has_the_result_of_the_cpu(shoot, codec, device):
    order = batch.Order(Settings(device=device), decoder=DeviceDecoder(device))
    job = batch.Job(f"{shoot}/photos/camera.jpg", f"{shoot}/alone.jpg", None, "neutral")
    (outcome,) = batch.run_jobs([job], LazyTargets(("neutral",)), order)
    assert outcome.report["codecs"] == {"decode": "gpu", "encode": "gpu", "reason": None}
    with Image.open(shoot / "alone.jpg") as image:
        assert image.info["icc_profile"] == profile()


MEASURED_WITH = ("luminance=10", "shades-of-gray=10", "gray-edge=3", "neutral-pixels=5", "temperature=0.2")
"""Regularizers whose gains the next test's differences were measured with."""


def test_the_reported_means_are_those_of_the_written_file(shoot, codec, device):
    """``--verify`` decodes the file again and counts that; only the encoder's rounding is between the two.

    As measured, it moves a mean by 0.22 codes at the most at quality 92 and above (blue, which is dark and
    was raised four times), and by 0.69 at 60 and 75. Between the processor's own run, whose pixels are the
    same, and this one there is nothing.
    """
    then = choose_regularizers(*MEASURED_WITH, preset="plain")
    settings = Settings(device="cuda" if device == "cuda" else "cpu", regularizers=then)
    counted = run_on(shoot, "counted", device, settings=settings)
    read = run_on(shoot, "read", device, settings=settings, order={"writing": batch.Writing(verify=True)})
    plain = run_on(shoot, "plain", settings=replace(settings, device="cpu"))
    for name in codecs_of(counted):
        ours, again, theirs = (
            outcomes[name].report["statistics"]["after"]["means"] for outcomes in (counted, read, plain)
        )
        fine = name in {"camera.jpg", "fine.jpg", "sample.jpg", "photo.png"}
        np.testing.assert_allclose(ours, again, rtol=0, atol=(0.3 if fine else 0.75) / 255)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol={"cpu": 0, "cuda": 0.5 / 255}[device])


@ON_THE_PROCESSOR
def test_a_photo_goes_to_the_cpu_if_the_device_has_no_memory(shoot, codec, device, monkeypatch):
    """The corrected pixels are as many again."""

    def full(*_):
        raise torch.OutOfMemoryError("tried to allocate 2 GiB")

    for pass_over_pixels in ("mapped", "multiplied"):
        monkeypatch.setattr(f"colorfix.photos.gpu.codec.{pass_over_pixels}", full)
    ours, theirs = run_on(shoot, "ours", device), run_on(shoot, "theirs")
    assert codecs_of(ours)["camera.jpg"] == {
        "decode": "cpu",
        "encode": "cpu",
        "reason": "the GPU is out of memory",
    }
    for name in codecs_of(ours):
        assert (shoot / "ours" / name).read_bytes() == (shoot / "theirs" / name).read_bytes()
        assert ours[name].report["statistics"] == theirs[name].report["statistics"]


@ON_THE_PROCESSOR
def test_a_result_with_other_tables_is_encoded_on_the_cpu(shoot, codec, device, monkeypatch):
    encoded = TorchPixels.encoded
    monkeypatch.setattr(TorchPixels, "encoded", lambda held, quality, css: encoded(held, quality - 1, css))
    outcomes = run_on(shoot, "ours", device)
    run_on(shoot, "theirs")
    assert (
        codecs_of(outcomes)["fine.jpg"]["reason"] == "the encoder wrote another kind of file than asked for"
    )
    for name in codecs_of(outcomes):
        assert (shoot / "ours" / name).read_bytes() == (shoot / "theirs" / name).read_bytes()


@ON_THE_PROCESSOR
def test_a_photo_that_fails_the_gpu_is_corrected_on_the_cpu(shoot, codec, device, monkeypatch):
    """CUDA's errors stay with a process, so another worker goes on; the photo is tried once more, alone."""
    encoded = TorchPixels.encoded

    def failing_at_one(held, quality, css):
        if quality == 95:  # fine.jpg
            with device_errors():
                raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return encoded(held, quality, css)

    monkeypatch.setattr(TorchPixels, "encoded", failing_at_one)
    outcomes = run_on(shoot, "ours", device)
    run_on(shoot, "theirs")
    lost = {"decode": "cpu", "encode": "cpu", "reason": "its worker was lost with it"}
    assert codecs_of(outcomes)["fine.jpg"] == lost
    for name in codecs_of(outcomes):
        assert (shoot / "ours" / name).read_bytes() == (shoot / "theirs" / name).read_bytes()


def test_another_format_is_written_on_the_cpu(shoot, codec, device):
    order = batch.Order(Settings(device=device), decoder=DeviceDecoder(device))
    job = batch.Job(f"{shoot}/photos/fine.jpg", f"{shoot}/fine.png", None, "neutral")
    (outcome,) = batch.run_jobs([job], LazyTargets(("neutral",)), order)
    assert outcome.report["codecs"] == {"decode": "cpu", "encode": "cpu", "reason": "PNG is written"}
    with Image.open(shoot / "fine.png") as image:
        assert image.size == (240, 160)


def test_dithered_photos_and_regions_are_processed_on_the_cpu():
    region = photos.Selection(photos.Region.of_box("0,0,10,10"))
    for settings, reason in (
        (Settings(device="cuda", dither=True), "--dither"),
        (Settings(device="cuda", selection=region), "a part of the photo is measured"),
    ):
        assert batch.decoder_of(settings).disabled_reason == reason
    for device in ("auto", "cpu", "mps"):
        assert batch.decoder_of(Settings(device=device)) is None


def test_without_the_extra_the_cpu_does_all_and_the_extra_is_named(shoot, monkeypatch):
    monkeypatch.setattr(decoding, "is_installed", lambda _: False)
    outcomes = run_on(shoot, "out", "cpu")
    assert {codecs["reason"] for codecs in codecs_of(outcomes).values()} == {MISSING}


def test_four_workers_share_a_gpu_by_default(codec, monkeypatch):
    monkeypatch.setattr("colorfix.batch.workers.supervisor.usable_cores", lambda: 16)
    order = batch.Order(Settings(), decoder=DeviceDecoder("cuda"))
    assert supervisor._workers_of(order) == 4
    assert supervisor._workers_of(batch.Order(Settings(), decoder=DeviceDecoder("cuda"), workers=9)) == 9
    assert supervisor._workers_of(batch.Order(Settings())) == 16
    dithered = batch.decoder_of(Settings(device="cuda", dither=True))  # decoded here, and learned there
    assert supervisor._workers_of(batch.Order(Settings(), decoder=dithered)) == 4
