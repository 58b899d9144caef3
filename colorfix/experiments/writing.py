"""A result becomes files in a folder: a page, a document for programs, and the figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from colorfix.core.atomic import publish
from colorfix.core.errors import OutputError
from colorfix.core.figures import drawn, refuse_without_matplotlib
from colorfix.core.file_checks import check_writable
from colorfix.core.text import shown
from colorfix.experiments.documents import as_json, as_markdown

if TYPE_CHECKING:
    from colorfix.experiments.result import Result


def prepare(folder: str, name: str, *, overwrite: bool) -> None:
    """Make the folder, and refuse what could not be written, before an experiment runs for minutes.

    Args:
        folder: where to write; made if it does not exist.
        name: of the experiment, with which all its files begin.
        overwrite: whether an earlier result may be replaced.

    Raises:
        SettingError: matplotlib is missing.
        OutputError: the folder cannot be made or written to, or holds a result already.
    """
    refuse_without_matplotlib("run without --out")
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise OutputError(shown(folder), "cannot be made a folder; choose another place") from error
    earlier = [path / f"{name}.md", path / f"{name}.json", *path.glob(f"{name}-*")]
    for file in earlier:
        check_writable(str(file), overwrite=overwrite, sources=[])


def write(result: Result, folder: str) -> list[str]:
    """Write a result; each file is whole or the one that was there before.

    Returns:
        The files written.

    Raises:
        OutputError: no space, no permission, or another trouble of the file system.
    """
    files = {
        f"{result.name}.md": as_markdown(result).encode(),
        f"{result.name}.json": as_json(result).encode(),
    }
    files |= {f"{result.name}-{name}": drawn(drawing, name) for name, drawing in result.drawings.items()}
    paths = {str(Path(folder) / name): data for name, data in files.items()}
    for path, data in paths.items():
        publish(data, path, overwrite=True)
    return list(paths)
