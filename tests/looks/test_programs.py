"""Real programs produce colorfix's pixels from its exports."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from judging import BY_CHANNEL, CLIPPING, LOOKS, PROTECTING, corrected, furthest, program, run, written
from PIL import Image

from colorfix.looks.exports import cube_warning
from colorfix.looks.look import look_text

TWO = {name: CLIPPING[name] for name in ("strong-linear-clip", "mild-srgb-clip")}


@pytest.mark.parametrize("name", LOOKS)
def test_an_ffmpeg_filter_is_within_one_code(here, name):
    """It rounds halves up and colorfix to even; of protection's own arithmetic nothing differs."""
    ffmpeg = program("ffmpeg")
    text = Path(written(LOOKS[name], "ffmpeg", "filter")).read_text().strip()
    run(ffmpeg, "-v", "error", "-y", "-i", "hard.png", "-vf", text, "-pix_fmt", "rgb24", "out.png")
    assert furthest(LOOKS[name], Path("out.png")) <= allowed(LOOKS[name])


@pytest.mark.parametrize("name", LOOKS)
def test_imagemagick_arguments_are_within_one_code(here, name):
    convert = imagemagick()
    words = Path(written(LOOKS[name], "imagemagick", "words")).read_text().split()
    run(convert, "hard.png", *words, "-depth", "8", "PNG24:out.png")
    assert furthest(LOOKS[name], Path("out.png")) <= allowed(LOOKS[name])


def allowed(look):
    """One code; two where protection doubles the one that the sensor's space may be off."""
    return 2 if (look.space, look.highlights) == ("sensor", "protect") else 1


def imagemagick() -> str:
    """Return ImageMagick; another program may be called convert."""
    found = program("magick", "convert-im6.q16", "convert")
    if b"ImageMagick" not in subprocess.run([found, "-version"], capture_output=True, check=False).stdout:
        pytest.skip("ImageMagick is not installed")
    return found


@pytest.mark.parametrize("name", BY_CHANNEL)
def test_ffmpeg_reads_a_cube_of_one_dimension(here, name):
    ffmpeg, cube = program("ffmpeg"), written(LOOKS[name], "cube", "look.cube")
    way = f"format=gbrp,lut1d={cube}"
    run(ffmpeg, "-v", "error", "-y", "-i", "hard.png", "-vf", way, "-pix_fmt", "rgb24", "out.png")
    assert furthest(LOOKS[name], Path("out.png")) <= 1


@pytest.mark.parametrize("name", ["strong-linear-protect", "mild-srgb-protect", "mild-sensor-clip"])
def test_a_3d_cube_has_the_reported_error(here, name):
    """To within a code, which is what rounding may add on either side."""
    ffmpeg, cube = program("ffmpeg"), written(LOOKS[name], "cube", "look.cube")
    way = f"format=gbrp,lut3d={cube}:interp=trilinear"
    run(ffmpeg, "-v", "error", "-y", "-i", "hard.png", "-vf", way, "-pix_fmt", "rgb24", "out.png")
    said = int(re.search(r"up to (\d+) of 255", cube_warning(LOOKS[name])).group(1))
    assert abs(furthest(LOOKS[name], Path("out.png")) - said) <= 1


def test_three_programs_map_the_colors_of_a_haldclut(here):
    look = LOOKS["strong-srgb-protect"]
    hald = written(look, "hald", "hald.png")
    run(program("gmic"), "v", "-", "hard.png", hald, "map_clut[0]", "[1]", "keep[0]", "output", "out.png")
    assert furthest(look, Path("out.png")) == 0
    run(imagemagick(), "hard.png", hald, "-hald-clut", "-depth", "8", "PNG24:out.png")
    assert furthest(look, Path("out.png")) == 0
    both = "[0]format=rgb24[a];[1]format=rgb24[b];[a][b]haldclut"
    ffmpeg = program("ffmpeg"), "-v", "error", "-y"
    run(*ffmpeg, "-i", "hard.png", "-i", hald, "-filter_complex", both, "out.png")
    assert furthest(look, Path("out.png")) <= 1


def test_opencolorio_reproduces_a_cube(here):
    ocio = pytest.importorskip("PyOpenColorIO", reason="opencolorio is not installed")
    with Image.open("hard.png") as image:
        pixels = np.asarray(image)
    for name, look in {"clip": CLIPPING["strong-linear-clip"], "3d": PROTECTING["mild-srgb-protect"]}.items():
        cube = written(look, "cube", f"{name}.cube")
        transform = ocio.FileTransform(str(here / cube), interpolation=ocio.INTERP_LINEAR)
        values = np.ascontiguousarray(pixels / np.float32(255), np.float32)
        ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(values)
        off = np.abs(np.rint(255 * values) - corrected(look, pixels)).max()
        said = re.search(r"up to (\d+)", cube_warning(look) or "up to 0").group(1)
        assert off <= int(said) + 1


def test_every_frame_of_a_video_is_what_apply_makes_of_it(colorfix, tmp_path, monkeypatch):
    """Amber frames that ffmpeg draws, through its filter, against the same frames as photos."""
    ffmpeg = program("ffmpeg")
    look = LOOKS["strong-linear-protect"]
    (tmp_path / "look.json").write_text(look_text(look))
    exported = colorfix("export", "look.json", "--to", "ffmpeg")
    monkeypatch.chdir(tmp_path)
    os.mkdir("frames")
    os.mkdir("filtered")
    lossless = ("-c:v", "ffv1", "-pix_fmt", "gbrp")
    cast = "testsrc2=size=320x240:rate=5:duration=1,format=gbrp,lutrgb=b=val*0.4:g=val*0.8"
    run(ffmpeg, "-v", "error", "-f", "lavfi", "-i", cast, *lossless, "amber.mkv")
    run(ffmpeg, "-v", "error", "-i", "amber.mkv", "-vf", exported.stdout.strip(), *lossless, "out.mkv")
    run(ffmpeg, "-v", "error", "-i", "amber.mkv", "-pix_fmt", "rgb24", "frames/%d.png")
    run(ffmpeg, "-v", "error", "-i", "out.mkv", "-pix_fmt", "rgb24", "filtered/%d.png")
    assert colorfix("apply", "look.json", "frames", "-o", "applied", "-q").returncode == 0
    for number in range(1, 6):
        with Image.open(f"filtered/{number}.png") as theirs, Image.open(f"applied/{number}.png") as ours:
            assert (np.asarray(theirs) == np.asarray(ours)).all()
    assert len(list(Path("filtered").iterdir())) == 5


def test_gimp_draws_the_curves_of_a_preset(here):
    """Its samples, read from the file, by the procedure behind the Curves tool, in one run of GIMP."""
    gimp = program("gimp-console", "gimp-console-2.10")
    steps = [step_of(name, Path(written(look, "gimp", f"{name}.settings"))) for name, look in TWO.items()]
    batches = [word for step in [*steps, "(gimp-quit 0)"] for word in ("-b", step)]
    home = {"HOME": str(here), "GIMP2_DIRECTORY": str(here / "gimp")}
    subprocess.run(
        [gimp, "-n", "-i", "-d", "-f", "-s", *batches],
        env=os.environ | home, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    for name, look in TWO.items():
        assert furthest(look, Path(f"{name}.png")) == 0


def step_of(name: str, settings: Path) -> str:
    """Script-Fu that gives the hard picture the curves of a file."""
    found = re.findall(r"\(channel (\w+)\)\n.*?\(samples 256 ([\d. ]+)\)", settings.read_text(), re.DOTALL)
    assert [channel for channel, _ in found] == ["value", "red", "green", "blue", "alpha"]
    curves = " ".join(
        f"(gimp-drawable-curves-explicit drawable {number} 256 #({samples}))"
        for number, (_, samples) in enumerate(found[:4])
    )
    saving = f'(file-png-save-defaults RUN-NONINTERACTIVE image drawable "{name}.png" "{name}.png")'
    return (
        '(let* ((image (car (file-png-load RUN-NONINTERACTIVE "hard.png" "hard.png")))'
        f" (drawable (car (gimp-image-get-active-drawable image)))) {curves} {saving})"
    )
