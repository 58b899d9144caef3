"""The doorway is light: what answers at once imports nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("torch", "numpy", "PIL", "matplotlib", "ray", "pyarrow")


def imported(code: str, *, modules: tuple[str, ...] = HEAVY) -> list[str]:
    """Run code in a fresh process and return which of some modules it imported."""
    asked = f"import sys\n{code}\nprint([m for m in {modules} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    found: list[str] = eval(done.stdout.splitlines()[-1])  # noqa: S307 - our own list
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["correct", "--help"],
        ["describe", "--help"],
        ["reproduce", "--help"],
        ["reproduce", "polynomials", "--help"],
        ["reproduce", "escape", "--help"],
    ],
)
def test_help_and_version_import_nothing_heavy(arguments):
    code = f"from colorfix.cli.app import run\nrun({arguments})"
    assert imported(code) == []


def test_help_equals_that_of_typer_without_importing_all_of_rich():
    unused = ("rich.markdown", "rich.traceback", "pygments")
    code = "from colorfix.cli.app import run\nrun(['correct', '--help'])"
    assert imported(code, modules=unused) == []
    helps = [
        subprocess.run([sys.executable, "-c", f"{first}\n{code}"], capture_output=True, check=True).stdout
        for first in ("", "import rich.markdown, rich.traceback, typer.rich_utils")
    ]
    assert b"Correct photos, guided by a target." in helps[0]
    assert helps[0] == helps[1]
    assert imported(f"{code}\nfrom rich.markdown import Markdown\nMarkdown('*x*').parsed", modules=unused[:1])


def test_dir_of_a_package_lists_lazy_names():
    import colorfix
    from colorfix import batch

    assert set(colorfix.__all__) <= set(dir(colorfix))
    assert set(batch.__all__) <= set(dir(batch))


def test_importing_colorfix_imports_nothing_heavy():
    assert imported("import colorfix; colorfix.__version__; colorfix.ColorfixError") == []


@pytest.mark.parametrize(
    "options",
    ["", "--certify", "--exploration ray", "--starts one --patience 0", "--match mean-std", "--preset paper"],
)
def test_the_plain_command_never_imports_torch(options, cat, tmp_path):
    arguments = ["correct", str(cat.source), "-t", str(cat.target), "-o", str(tmp_path / "out.jpg")]
    arguments += options.split()
    code = f"from colorfix.cli.app import run\nrun({arguments})"
    assert imported(code) == ["numpy", "PIL"]


def test_apply_imports_nothing_that_measures_or_learns(cat, tmp_path):
    (tmp_path / "look.json").write_text(
        '{"format": "colorfix/look/1", "gains": [0.7, 1, 1.9], "space": "linear", '
        '"highlights": "protect", "dither": false, "origin": {}}'
    )
    arguments = ["apply", str(tmp_path / "look.json"), str(cat.source), "-o", str(tmp_path / "out/")]
    rooms = "certificate color.ciede2000 color.scene correction learning optim regularizers report.landscape"
    names = [f"colorfix.{room}" for room in rooms.split()]
    code = f"from colorfix.cli.app import run\nrun({arguments})"
    assert imported(code, modules=(*HEAVY, "rich", *names)) == ["numpy", "PIL"]


def test_one_photo_with_stderr_in_a_file_needs_no_rich(cat, tmp_path):
    arguments = ["correct", str(cat.source), "-t", str(cat.target), "-o", str(tmp_path / "out.jpg")]
    code = f"from colorfix.cli.app import run\nrun({arguments})"
    assert imported(code, modules=("rich",)) == []


@pytest.mark.parametrize(
    ("words", "offered"),
    [("colorfix com", ["compare"]), ("colorfix correct --pres", ["--preset", "--preserve"])],
)
def test_completion_offers_commands_and_their_options(words, offered, colorfix):
    completion = {
        "_COLORFIX_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    assert sorted(colorfix(env=os.environ | completion).stdout.split()) == sorted(offered)


def test_the_version_is_the_installed_one(colorfix):
    from importlib.metadata import version

    assert colorfix("--version").stdout == f"colorfix {version('colorfix')}\n"


def test_no_arguments_are_a_usage_error_that_names_the_help(colorfix):
    done = colorfix()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: Missing command; see 'colorfix --help'\n"
