"""The driver: rows go to actors through Ray Data, and outcomes come back as they happen."""

from __future__ import annotations

import secrets
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from colorfix.batch import Failed, Skipped
from colorfix.batch.resume.fingerprint import fingerprint
from colorfix.batch.workers.queue import DONE
from colorfix.cluster.connecting import Cluster, connected
from colorfix.cluster.losses import Losses, root_of
from colorfix.cluster.operator import Corrector, Run
from colorfix.cluster.outcomes import outcome_of
from colorfix.cluster.store import everywhere
from colorfix.cluster.waiting import waiting
from colorfix.core.errors import OutputError, UncorrectablePhoto
from colorfix.core.text import shown
from colorfix.report import digest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    import pyarrow as pa
    from ray.data import Dataset

    from colorfix.batch import Job, Order, Outcome
    from colorfix.batch.resume.file_stamp import Mark
    from colorfix.cluster.guide import Guide

MOST: Final = 512
"""Photos in a batch: what is done again when a worker dies, and lines in a record."""

_EACH = 4
"""Batches that each actor gets at least, so that all end together."""

_RETRIES = 8
"""So often a batch is given to another worker when one dies with it; a photo could kill them for ever."""


@dataclass(frozen=True)
class Errand:
    """Photos that a cluster is to do.

    Attributes:
        cluster: which.
        order: what holds for all photos.
        guide: what guides them.
        marks: size and time of sources, as far as they are known.
        results: the folder that gets records; None for none.
        in_full: whether outcomes have whole reports.
    """

    cluster: Cluster
    order: Order
    guide: Guide
    marks: Mapping[str, Mark]
    results: str | None
    in_full: bool = False

    def run(self, jobs: Sequence[Job]) -> Generator[Outcome]:
        """Do the jobs, yielding each outcome as it happens, as :func:`colorfix.batch.run` does.

        Raises:
            OutputError: the cluster cannot be used, or was lost.
            PhotoError: a store cannot be asked.
            SettingError: a node has another version of colorfix.
        """
        made = fingerprint(self.order, digest(self.guide.data))
        left = waiting(jobs, self.marks, made, self._results, redo=self.order.redo)
        for number in left.done:
            yield Skipped(jobs[number], DONE)
        if not left.rows.num_rows:
            return
        missing = set(left.rows["number"].to_pylist())
        losses = Losses()
        with connected(self.cluster, self.order.workers) as actors:
            for line in self._lines(left.rows, actors, losses):
                missing.discard(line["number"])
                outcome = outcome_of(jobs[line["number"]], line)
                yield outcome
                if self.order.fail_fast and isinstance(outcome, Failed):
                    return
        for number in sorted(missing):
            yield Failed(jobs[number], UncorrectablePhoto(shown(jobs[number].source), losses.reason))

    @property
    def _results(self) -> str | None:
        return None if self.results is None else everywhere(self.results)

    def _lines(self, rows: pa.Table, actors: int, losses: Losses) -> Iterator[dict[str, Any]]:
        """Yield lines of outcomes."""
        from ray.exceptions import RayError

        try:
            with losses.heard(talking=self.cluster.talking):
                batches = self._mapped(rows, actors).iter_batches(batch_size=None, batch_format="pyarrow")
                for batch in batches:
                    losses.check()
                    yield from batch.to_pylist()
            losses.check()
        except RayError as error:
            reason = f"was lost ({root_of(error)}); the same command goes on from there"
            raise OutputError("the cluster", reason) from error

    def _mapped(self, rows: pa.Table, actors: int) -> Dataset:
        """Return rows mapped to outcomes. A block is a batch, and a batch one actor's."""
        import ray.data

        size = max(1, min(MOST, -(-rows.num_rows // (_EACH * actors))))
        blocks = [rows.slice(at, size).combine_chunks() for at in range(0, rows.num_rows, size)]
        memory = self.order.memory and self.order.memory // actors
        run = Run(secrets.token_hex(8), self._results, self.in_full)
        told = {"target": self.guide, "order": replace(self.order, memory=memory), "run": run}
        pool = ray.data.ActorPoolStrategy(
            min_size=1, initial_size=actors, max_size=actors, max_tasks_in_flight_per_actor=1
        )
        with warnings.catch_warnings(action="ignore"):  # of 2.64, which names the last two otherwise
            return ray.data.from_arrow(blocks).map_batches(
            Corrector, fn_constructor_kwargs=told, batch_size=None, compute=pool, num_cpus=1,
            max_restarts=-1, max_task_retries=_RETRIES,
        )  # fmt: skip
