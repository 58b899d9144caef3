"""The batch operator: rows that name photos in, rows that tell what became of them out.

A temporary folder for what is on its way; what dead processes have left on this machine is removed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix import __version__
from colorfix.batch import Corrected, Failed, Job, Order
from colorfix.batch.process import pipeline_for
from colorfix.batch.resume.fingerprint import fingerprint
from colorfix.cluster import resume
from colorfix.cluster.engine import Engine
from colorfix.cluster.manifest import MANIFEST_COLUMNS, ROW_SCHEMA, rows_of
from colorfix.cluster.outcomes import RowOutcome, table_of
from colorfix.cluster.publish import Publisher, input_identities, refusal
from colorfix.cluster.sources import stamp_of
from colorfix.cluster.staging import Staging
from colorfix.cluster.target import TargetFile
from colorfix.core.errors import OutputError, SettingError, UnreadablePhoto
from colorfix.core.text import printable
from colorfix.correction.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from colorfix.cluster.manifest import Row
    from colorfix.core.errors import PhotoError

_SCRATCH_PREFIX = "colorfix-scratch-"
_LOCK = "lock"


class ScratchFolder:
    """A folder of this process alone. While the process lives it holds a lock in it; a kill lets go of it.

    >>> scratch = ScratchFolder()
    >>> folder = scratch.folder()
    >>> folder.is_dir()
    True
    >>> scratch.close()
    >>> folder.is_dir()
    False
    """

    def __init__(self) -> None:
        with _exclusive():
            _remove_abandoned()
            self._path = Path(tempfile.mkdtemp(prefix=_SCRATCH_PREFIX))
            self._lock = _locked(self._path)
        self._count = 0

    def folder(self) -> Path:
        """Return a new empty folder in it."""
        self._count += 1
        made = self._path / str(self._count)
        made.mkdir()
        return made

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)


@contextmanager
def _exclusive() -> Iterator[None]:
    """Wait until nobody else here makes a folder or sweeps, so that none is swept before it is locked."""
    folder = os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _locked(folder: Path) -> int:
    """Lock a folder; whoever has inherited the descriptor holds it too.

    Raises:
        OSError: another process has locked it.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_abandoned() -> None:
    """Remove the folders of processes that were killed: nobody holds their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH_PREFIX}*"):
        with suppress(OSError):  # somebody's, alive
            lock = _locked(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


_REQUESTS = 16  # results that are asked for when they stand


@dataclass(frozen=True)
class RunSettings:
    """A run of the command, as its actors have to know it.

    Attributes:
        name: of the run alone; empty for a batch of somebody's own.
        results: the folder that gets records; None for none.
        in_full: whether whole reports are handed back.
        version: colorfix's, where the run was started.
    """

    name: str = ""
    results: str | None = None
    in_full: bool = False
    version: str = __version__


class Corrector:
    """Corrects the photos that a batch names; a class for ``Dataset.map_batches`` with actors.

    A batch has the columns ``source`` and ``output``, paths that every machine sees or URIs such as
    ``s3://bucket/a.jpg``; if wanted ``report``, where a loss report goes, and ``bytes`` and ``modified`` of
    the source (nanoseconds since 1970), which saves a request a photo. What comes back is a row a photo:
    ``status`` (``corrected`` or ``failed``), ``error``, ``gains`` (red, green, blue), ``loss``, ``written``
    (bytes), ``sha256``, ``warnings`` and ``seconds`` beside them. A photo that fails costs itself alone.

    Nothing that stands under an output's name is replaced, unless its bytes are those that would be written,
    or the order allows it. So a batch may be done twice, as Ray does it when a worker dies.

    Args:
        target: path or URI of what guides the photos, or ``neutral``.
        order: what holds for all photos; the command's defaults without it.
        run: of the command; nothing for everybody else.

    Raises:
        PhotoError: the target cannot be read.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> folder = tempfile.TemporaryDirectory()
    >>> Image.new("RGB", (64, 64), (220, 180, 120)).save(f"{folder.name}/a.png")
    >>> batch = {"source": [f"{folder.name}/a.png"], "output": [f"{folder.name}/b.png"]}
    >>> found = Corrector("neutral")(batch)
    >>> found["status"].to_pylist(), Path(folder.name, "b.png").exists()
    (['corrected'], True)
    >>> folder.cleanup()
    """

    def __init__(
        self, target: str | TargetFile, order: Order | None = None, run: RunSettings | None = None
    ) -> None:
        order, self._run = order or Order(Settings()), run or RunSettings()
        guide = target if isinstance(target, TargetFile) else TargetFile.of(target, order.max_pixels)
        self._target, self._scratch = guide, ScratchFolder()
        path, targets = guide.unpack(self._scratch.folder(), order.max_pixels)
        made = fingerprint(order, pipeline_for(order, targets).digest(path))
        engine = Engine(order, targets)
        self._staging = Staging(engine, made, path, guide.name, Publisher(order.writing, guide.location))
        weakref.finalize(self, self._scratch.close)

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> pa.Table:
        """Return what became of a batch's photos, a row each.

        Raises:
            SettingError: another version of colorfix is installed here than where the run was started.
        """
        if self._run.version != __version__:  # asked here: Ray starts an actor that fails again and again
            versions = f"{self._run.version} started the run, {__version__} is installed on a node"
            raise SettingError(f"colorfix {versions}; install the same on all")
        rows, results = (
            list(rows_of(batch, ROW_SCHEMA.names if self._run.name else MANIFEST_COLUMNS)),
            self._run.results,
        )
        if results is None:
            return self._table(self._process(rows))
        try:
            self._record_begun(rows, results)
        except OutputError as error:
            return self._table([_failed(row, error) for row in rows])
        return self._table(self._record(self._process(rows), results))

    def _process(self, rows: Sequence[Row]) -> list[RowOutcome]:
        """Do all photos but those that would be read or written wrongly."""
        originals = input_identities((*(row.source for row in rows), self._target.location))
        refused = [(row, refusal(row, originals)) for row in rows]
        place = self._scratch.folder()
        try:
            told = [_failed(row, error) for row, error in refused if error is not None]
            return told + self._staging.process([row for row, error in refused if error is None], place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _table(self, told: Sequence[RowOutcome]) -> pa.Table:
        return table_of(told, self._run.name, in_full=self._run.in_full)

    def _record_begun(self, rows: Sequence[Row], results: str) -> None:
        """Put down whose results of earlier runs give way: after a kill, new ones are not taken for them."""
        if replaced := [RowOutcome(row, None) for row in rows if row.previous]:
            resume.write(self._table(replaced), results)

    def _record(self, told: list[RowOutcome], results: str) -> list[RowOutcome]:
        """Write the batch's record; without it a photo does not count as done."""
        try:
            with ThreadPoolExecutor(_REQUESTS) as pool:
                told = list(pool.map(_stamped, told))
            resume.write(self._table(told), results)
        except (OutputError, UnreadablePhoto) as error:
            return [_unrecorded(each, error) for each in told]
        return told


def _stamped(told: RowOutcome) -> RowOutcome:
    """Note since when a result stands, from which it is known again."""
    mark = stamp_of(told.row.output) if isinstance(told.outcome, Corrected) else None
    return told if mark is None else replace(told, modified=mark.modified)


def _failed(row: Row, error: PhotoError | OutputError) -> RowOutcome:
    return RowOutcome(row, Failed(Job(row.source, row.output, row.report, ""), error))


def _unrecorded(told: RowOutcome, error: PhotoError | OutputError) -> RowOutcome:
    if not isinstance(told.outcome, Corrected):
        return told
    reason = f"is written, but not recorded, for {error}"
    return RowOutcome(told.row, Failed(told.outcome.job, OutputError(printable(told.row.output), reason)))
