"""Learning meets a GPU that fails: the processor does the photo and says why; nobody blames the photo."""

from __future__ import annotations

import pytest
import torch

from colorfix import Settings, batch, correct
from colorfix.batch.process.learn import LazyTargets, LearnGains
from colorfix.batch.shared_gains import learn_shared_gains
from colorfix.learning import solution
from colorfix.photos.gpu import DeviceDecoder

LOST = RuntimeError("CUDA error: an illegal memory access was encountered")
FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
NO_ROOM = "learned on the CPU, as the GPU is out of memory"


@pytest.fixture(params=["lost", "full"])
def gpu(request, monkeypatch):
    """A GPU in whose place nothing is, and which fails whoever learns there; workers are copied, with it."""
    learn = solution.learn

    def failing(*inputs, device, **settings):
        if device.name == "cuda":
            raise LOST if request.param == "lost" else FULL
        return learn(*inputs, device=device, **settings)

    monkeypatch.setattr(solution, "learn", failing)
    monkeypatch.setattr("colorfix.learning.options._available_gpus", lambda: ["cuda"])
    monkeypatch.setattr(LearnGains, "needs_spawn", False)
    return request.param


@pytest.fixture
def run(codec, amber, tmp_path):
    """Correct some photos; the processor stands in for the GPU's codecs."""

    def corrected(into, names, settings, decoder=None, **order):
        (tmp_path / into).mkdir()
        for number, name in enumerate(names):
            (tmp_path / name).write_bytes(amber((240 + number, 160)))
        jobs = [
            batch.Job(f"{tmp_path}/{name}", f"{tmp_path}/{into}/{name}", None, "neutral") for name in names
        ]
        order = batch.Order(settings, workers=1, decoder=decoder, **order)
        outcomes = {o.job.source: o for o in batch.run_jobs(jobs, LazyTargets(("neutral",)), order)}
        files = [path.read_bytes() for path in sorted((tmp_path / into).glob("*.jpg"))]
        return [outcomes[job.source] for job in jobs], files

    return corrected


ON_THE_PROCESSOR = pytest.mark.parametrize("device", ["cpu"])


@ON_THE_PROCESSOR
@pytest.mark.parametrize("names", [["a.jpg"], ["a.jpg", "b.jpg", "c.jpg"]], ids=len)
def test_photos_are_learned_on_the_cpu_and_report_the_reason(names, gpu, run):
    ours, files = run("ours", names, Settings(device="cuda"), DeviceDecoder("cpu"))
    theirs, wanted = run("theirs", names, Settings(device="cpu"))
    assert files == wanted
    for mine, its in zip(ours, theirs, strict=True):
        assert mine.report["device"] == its.report["device"] == "cpu (numpy)"
        assert mine.report["gains"] == its.report["gains"]
        lost = "its worker was lost with it" if len(names) > 1 else f"the GPU failed ({LOST})"
        expected = {"full": ([NO_ROOM], None), "lost": ([], lost)}[gpu]
        assert (mine.report["warnings"], mine.report["codecs"]["reason"]) == expected


@ON_THE_PROCESSOR
@pytest.mark.parametrize("gpu", ["lost"], indirect=True)
def test_a_gpu_that_fails_two_workers_is_disabled(gpu, run, monkeypatch):
    monkeypatch.setattr(LearnGains, "without_gpu", lambda pipeline: pipeline)
    ours, files = run("ours", ["a.jpg", "b.jpg"], Settings(device="cuda"), DeviceDecoder("cpu"))
    assert files == []
    for outcome in ours:
        assert str(outcome.error).endswith(".jpg: met a fault of the GPU, twice; use --device cpu")


@ON_THE_PROCESSOR
def test_shared_gains_are_learned_once_on_the_cpu(gpu, run):
    settings = Settings(device="cuda")
    guides = LazyTargets(("neutral",))
    ours, _ = run("ours", ["a.jpg", "b.jpg"], settings, DeviceDecoder("cpu"))
    jobs = [outcome.job for outcome in ours]
    shared = learn_shared_gains("pooled", jobs, guides, batch.Order(settings), settings)
    assert str(shared.device) == "cpu (numpy)"


@pytest.mark.parametrize("gpu", ["full"], indirect=True)
def test_the_correction_names_the_device_of_learning(gpu, cat):
    found = correct(cat.source, "neutral", settings=Settings(device="cuda"))
    assert (str(found.device), found.warnings[-1]) == ("cpu (numpy)", NO_ROOM)
