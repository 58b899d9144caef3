"""Every job is known before anything is written."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.errors import OutputError, SettingError
from colorfix.folder.job import Job

if TYPE_CHECKING:
    from collections.abc import Sequence


def plan(
    sources: Sequence[str],
    output: str,
    target: str,
    *,
    report: str | None = None,
    reports: bool | None = None,
) -> tuple[Job, ...]:
    """List every job.

    Args:
        sources: paths of the photos, at least one.
        output: path of the corrected photo; or a folder, if it exists, ends in a slash, or several photos
            are to be corrected: they keep their names.
        target: what guides them.
        report: path of the loss report; None puts it beside the output as ``<stem>.report.json``.
        reports: whether to write any; None for one where the output is named, and none in a folder.

    Raises:
        OutputError: two photos would be written to one place.

    >>> plan(["a.jpg"], "out.png", "neutral")
    (Job(source='a.jpg', output='out.png', report='out.report.json', target='neutral'),)
    >>> [job.output for job in plan(["x/a.jpg", "y/b.jpg"], "out", "neutral", reports=False)]
    ['out/a.jpg', 'out/b.jpg']
    """
    if output == photos.PIPE and len(sources) > 1:
        raise OutputError("<stdout>", "holds one photo only; name a folder for several")
    if not output:
        raise OutputError("''", "is no name; say where to write, as in -o corrected.jpg")
    into = len(sources) > 1 or output.endswith(os.sep) or Path(output).is_dir()
    reports = not into if reports is None else reports
    if report is not None and (into or not reports):
        raise SettingError(
            "--report names one file, but photos in a folder have one each; leave it out"
            if into
            else "--report and --no-report cannot both be"
        )
    if into and Path(output).suffix.lower() in photos.SUFFIXES and not Path(output).is_dir():
        raise OutputError(output, "is a photo's name, but there are several photos; name a folder for them")
    outputs = [str(Path(output) / Path(source).name) if into else output for source in sources]
    if into and photos.PIPE in sources:
        raise OutputError(output, "is a folder, but a photo from stdin has no name in it; name the file")
    stems = Counter(str(Path(path).with_suffix("")) for path in outputs)
    found = [_report_of(path, report, stems) if reports else None for path in outputs]
    jobs = tuple(Job(*paths, target) for paths in zip(sources, outputs, found, strict=True))
    _refuse_clashes(jobs)
    return jobs


def _report_of(output: str, report: str | None, stems: Counter[str]) -> str | None:
    """Where the report goes: beside the photo, if not told; a photo on stdout has no beside.

    Photos that differ by their suffix alone have it in their reports' names too.
    """
    if report is not None or output == photos.PIPE:
        return report
    stem = str(Path(output).with_suffix(""))
    return f"{output if stems[stem] > 1 else stem}.report.json"


def make_folder(jobs: Sequence[Job], output: str) -> None:
    """Make the folder that the plan writes into, where it writes into one that is not there yet.

    Raises:
        OutputError: it cannot be made, such as one whose own parent is missing.
    """
    if all(job.output == output for job in jobs):
        return
    try:
        Path(output).mkdir(exist_ok=True)
    except FileExistsError as error:
        raise OutputError(output, "is a file; name a folder to correct several photos into") from error
    except OSError as error:
        raise OutputError(output, f"cannot be made ({error.strerror}); name a folder that exists") from error


def _refuse_clashes(jobs: Sequence[Job]) -> None:
    written = Counter(path for job in jobs for path in (job.output, job.report) if path is not None)
    for job in jobs:
        for path in (job.output, job.report):
            if path is not None and written[path] > 1:
                raise OutputError(path, "would be written twice; choose different names or folders")
