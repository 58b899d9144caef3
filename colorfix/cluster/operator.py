"""The batch operator: rows that name photos in, rows that tell what became of them out."""

from __future__ import annotations

import shutil
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colorfix import __version__
from colorfix.cluster import records
from colorfix.cluster.engine import Engine
from colorfix.cluster.guide import Guide
from colorfix.cluster.outcomes import Told, table_of
from colorfix.cluster.portion import Bench
from colorfix.cluster.publication import Publication
from colorfix.cluster.rows import rows_of
from colorfix.cluster.scratch import Scratch
from colorfix.errors import OutputError, SettingError
from colorfix.folder import Failed, Order
from colorfix.folder.fingerprint import fingerprint
from colorfix.folder.treatment import treatment_of
from colorfix.settings import Settings
from colorfix.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa


@dataclass(frozen=True)
class Run:
    """A run of the command, as its actors have to know it.

    Attributes:
        name: of the run alone.
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

    def __init__(self, target: str | Guide, order: Order | None = None, run: Run | None = None) -> None:
        order, self._run = order or Order(Settings()), run or Run()
        guide = target if isinstance(target, Guide) else Guide.of(target, order.max_pixels)
        self._scratch = Scratch()
        path, targets = guide.unpacked(self._scratch.folder(), order.max_pixels)
        made = fingerprint(order, treatment_of(order, targets).digest(path))
        engine = Engine(order, targets)
        self._bench = Bench(engine, made, path, guide.name, Publication(order.writing))
        weakref.finalize(self, self._scratch.close)

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> pa.Table:
        """Return what became of a batch's photos, a row each.

        Raises:
            SettingError: another version of colorfix is installed here than where the run was started.
        """
        if self._run.version != __version__:  # asked here: Ray starts an actor that fails again and again
            versions = f"{self._run.version} started the run, {__version__} is installed on a node"
            raise SettingError(f"colorfix {versions}; install the same on all")
        rows = list(rows_of(batch))
        place = self._scratch.folder()
        try:
            told = self._bench.do(rows, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        if self._run.results is not None:
            told = self._recorded(told, self._run.results)
        return self._table(told)

    def _table(self, told: Sequence[Told]) -> pa.Table:
        return table_of(told, self._run.name, in_full=self._run.in_full)

    def _recorded(self, told: list[Told], results: str) -> list[Told]:
        """Write the batch's record; without it a photo does not count as done."""
        try:
            records.write(self._table(told), results, records.name_of(each.row.key or b"" for each in told))
        except OutputError as error:
            return [_unrecorded(each, error) for each in told]
        return told


def _unrecorded(told: Told, error: OutputError) -> Told:
    if isinstance(told.outcome, Failed):
        return told
    reason = f"is written, but not recorded, for {error}"
    return Told(told.row, Failed(told.outcome.job, OutputError(shown(told.row.output), reason)))
