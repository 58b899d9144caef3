"""Actor of Ray Data: corrects and records the photos of a batch, in a scratch folder of its own."""

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
from colorfix.batch import Corrected, Failed, Job, Order, PassedOver
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
    """Temporary folder of this process, locked while the process lives; a killed process loses the lock.

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
        folder = self._path / str(self._count)
        folder.mkdir()
        return folder

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)


@contextmanager
def _exclusive() -> Iterator[None]:
    """Exclude other processes until the block ends, so that no new folder is removed before it is locked."""
    folder = os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _locked(folder: Path) -> int:
    """Lock a folder; processes that inherit the descriptor hold the lock too.

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
    """Remove the folders of killed processes, which are not locked."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH_PREFIX}*"):
        with suppress(OSError):  # locked by a process that lives
            lock = _locked(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


_REQUESTS = 16  # for the times of outputs, at once


@dataclass(frozen=True)
class RunSettings:
    """Settings of a run of the command that its actors need.

    Attributes:
        name: unique name of the run; empty for a batch that is not the command's.
        results: folder of the records, or None.
        in_full: return whole reports.
        version: of colorfix where the run was started.
    """

    name: str = ""
    results: str | None = None
    in_full: bool = False
    version: str = __version__


class Corrector:
    """Corrects the photos of a batch; a class for ``Dataset.map_batches`` with actors.

    A batch has the columns ``source`` and ``output``, paths on a shared disk or URIs such as
    ``s3://bucket/a.jpg``; optionally ``report``, the path of a loss report, and ``bytes`` and ``modified`` of
    the source (nanoseconds since 1970), which save a request a photo. It returns a row a photo: ``status``
    (``corrected``, ``passed over`` or ``failed``), ``error``, ``gains`` (red, green, blue), ``loss``,
    ``written`` (bytes), ``sha256``, ``warnings`` and ``seconds``. A photo that fails does not affect others.

    An existing output is replaced only if its bytes are equal, or if the order allows it. So a batch can be
    repeated, as Ray does when a worker dies.

    Args:
        target: path or URI of the target, or ``neutral``.
        order: settings for all photos; the command's defaults if None.
        run: settings of the command's run; None for other callers.

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
        target_file = target if isinstance(target, TargetFile) else TargetFile.of(target, order.max_pixels)
        self._target, self._scratch = target_file, ScratchFolder()
        path, targets = target_file.unpack(self._scratch.folder(), order.max_pixels)
        settings_hash = fingerprint(order, pipeline_for(order, targets).digest(path))
        engine = Engine(order, targets)
        self._staging = Staging(
            engine, settings_hash, path, target_file.name, Publisher(order.writing, target_file.location)
        )
        weakref.finalize(self, self._scratch.close)

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> pa.Table:
        """Return the outcome of every photo of a batch, a row each.

        Raises:
            SettingError: colorfix has another version here than where the run was started.
        """
        # not in __init__: Ray restarts an actor that fails there
        if self._run.version != __version__:
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
        """Correct all photos but those that :func:`refusal` refuses."""
        inputs = input_identities((*(row.source for row in rows), self._target.location))
        refused = [(row, refusal(row, inputs)) for row in rows]
        place = self._scratch.folder()
        try:
            outcomes = [_failed(row, error) for row, error in refused if error is not None]
            return outcomes + self._staging.process([row for row, error in refused if error is None], place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _table(self, outcomes: Sequence[RowOutcome]) -> pa.Table:
        return table_of(outcomes, self._run.name, in_full=self._run.in_full)

    def _record_begun(self, rows: Sequence[Row], results: str) -> None:
        """Record results that may be replaced as begun, so that after a kill they do not count as done."""
        if replaced := [RowOutcome(row, None) for row in rows if row.previous]:
            resume.write(self._table(replaced), results)

    def _record(self, outcomes: list[RowOutcome], results: str) -> list[RowOutcome]:
        """Write the record of the batch; without it no photo of it counts as done."""
        try:
            with ThreadPoolExecutor(_REQUESTS) as pool:
                outcomes = list(pool.map(_stamped, outcomes))
            resume.write(self._table(outcomes), results)
        except (OutputError, UnreadablePhoto) as error:
            return [_unrecorded(each, error) for each in outcomes]
        return outcomes


def _stamped(outcome: RowOutcome) -> RowOutcome:
    """Add the output's modification time, by which a later run recognizes it."""
    written = isinstance(outcome.outcome, Corrected | PassedOver) and outcome.written is not None
    stamp = stamp_of(outcome.row.output) if written else None
    return outcome if stamp is None else replace(outcome, modified=stamp.modified)


def _failed(row: Row, error: PhotoError | OutputError) -> RowOutcome:
    return RowOutcome(row, Failed(Job(row.source, row.output, row.report, ""), error))


def _unrecorded(outcome: RowOutcome, error: PhotoError | OutputError) -> RowOutcome:
    if not isinstance(outcome.outcome, Corrected | PassedOver) or outcome.written is None:
        return outcome
    reason = f"is written, but not recorded, for {error}"
    return RowOutcome(
        outcome.row, Failed(outcome.outcome.job, OutputError(printable(outcome.row.output), reason))
    )
