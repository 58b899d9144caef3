"""The documentation is run: what it shows is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def run(command: list[str], folder: Path, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run with the console scripts of this very Python first on the PATH."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path} | {name: str(value) for name, value in variables.items()}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path):
    """A folder that looks like the checkout to the README's commands."""
    (tmp_path / "sample_images").symlink_to(ROOT / "sample_images")
    return tmp_path


def test_the_readme_starts_with_two_lines_that_install_and_test():
    install, test = blocks("sh")[:2]
    assert "pip install . && colorfix correct sample_images/" in install
    assert test == "pip install '.[test]' && pytest -n auto\n"


def test_every_other_command_of_the_readme_runs(checkout):
    for block in blocks("sh")[2:]:
        done = run(["bash", "-euc", block], checkout)
        assert done.returncode == 0, (block, done.stderr)
    assert (checkout / "corrected/2.jpg").exists()
    assert not (checkout / "lake.report.json").exists()


def test_the_python_of_the_readme_runs(checkout):
    for block in blocks("python"):
        done = run([sys.executable, "-c", block], checkout)
        assert done.returncode == 0, (block, done.stderr)
    assert (checkout / "cat.png").exists()


def test_the_examples_of_the_page_on_regularizers_run(checkout, example_plugin):
    """In the page's order, with the example package installed where the page installs it."""
    text = (ROOT / "docs/regularizers.md").read_text(encoding="utf-8")
    assert "pip install ./docs/example-plugin" in text
    for block in blocks("sh", text):
        done = run(["bash", "-euc", block], checkout, PYTHONPATH=example_plugin)
        assert done.returncode == 0, (block, done.stderr)
    for block in blocks("python", text):
        done = run([sys.executable, "-c", block], checkout)
        assert done.returncode == 0, (block, done.stderr)
    for name in ("cat.jpg", "green.jpg", "grey.jpg", "corrected/1.jpg", "corrected/2.jpg"):
        assert (checkout / name).exists(), name


def test_the_examples_of_the_page_on_folders_run(checkout):
    for block in blocks("sh", (ROOT / "docs/folders.md").read_text(encoding="utf-8")):
        done = run(["bash", "-euc", block], checkout)
        assert done.returncode == 0, (block, done.stderr)
    for name in ("corrected/day2/lake.jpg", "by-template/cat.jpg", "by-table/lake.jpg", "png/shoot/cat.png"):
        assert (checkout / name).exists(), name
    assert (checkout / "corrected/day1/cat_neutral.jpg").exists()


def test_the_examples_of_the_page_on_export_run(checkout):
    """ImageMagick's own name on this system stands for the convert of the page."""
    programs = {name: shutil.which(name) for name in ("ffmpeg", "gmic")}
    programs["convert"] = shutil.which("convert-im6.q16") or shutil.which("convert")
    if missing := [name for name, path in programs.items() if path is None]:
        pytest.skip(f"{' and '.join(missing)} not installed")
    (checkout / "bin").mkdir()
    (checkout / "bin/convert").symlink_to(programs["convert"])
    for block in blocks("sh", (ROOT / "docs/export.md").read_text(encoding="utf-8")):
        done = run(["bash", "-euc", f'PATH="$PWD/bin:$PATH"; {block}'], checkout)
        assert done.returncode == 0, (block, done.stderr)
    for name in ("corrected.mkv", "by-gmic.png", "by-imagemagick.png", "by-ffmpeg.png"):
        assert (checkout / name).exists(), name


def test_benchmark_tables_agree_with_the_saved_results():
    done = run([sys.executable, "-m", "benchmarks.pages", "--check"], ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_shows_the_entry_points_of_the_example():
    text = (ROOT / "docs/regularizers.md").read_text(encoding="utf-8")
    (shown,) = blocks("toml", text)
    assert shown in (ROOT / "docs/example-plugin/pyproject.toml").read_text(encoding="utf-8")


def test_the_links_of_every_page_exist():
    for page in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_the_links_of_the_readme_exist():
    for link in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / link).exists(), link


def test_every_option_and_regularizer_is_in_the_command_reference():
    """The table itself is written by cog; this asks the live program."""
    from typer.main import get_command

    from colorfix.cli.app import COMMANDS, app_of
    from colorfix.regularizers import BUILT_IN

    def commands(group, above):
        for name, command in group.commands.items():
            inner = commands(command, f"{above} {name}") if hasattr(command, "commands") else ()
            yield from inner or [(f"{above} {name}", command)]

    text = (ROOT / "docs/command.md").read_text(encoding="utf-8")
    for name, command in commands(get_command(app_of(COMMANDS)), "colorfix"):
        assert f"## {name}\n" in text
        for parameter in command.params:
            assert parameter.help
            assert parameter.help in text
    for name in BUILT_IN:
        assert f"`{name}`" in text


def test_every_public_name_has_a_docstring():
    import colorfix

    for name in colorfix.__all__:
        if name != "__version__":
            assert getattr(colorfix, name).__doc__, name


def test_the_wheel_carries_what_it_needs_and_nothing_else(tmp_path):
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs the checkout")
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*wheel, "-w", tmp_path, ROOT], check=True, capture_output=True)
    import zipfile

    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "colorfix/py.typed" in names
    assert "colorfix/report/report-1.schema.json" in names
    ours = [name for name in names if ".dist-info/" not in name]
    assert all(name.startswith("colorfix/") for name in ours)
    assert {name.rsplit(".", 1)[-1] for name in ours} == {"py", "json", "typed", "html", "css", "js"}
