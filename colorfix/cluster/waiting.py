"""What is left to do of a run's jobs, as a table of rows; what earlier runs have done is passed over."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from colorfix.batch.plan.paths import folder_of
from colorfix.batch.plan.walk import joined
from colorfix.cluster.listing import mark_of
from colorfix.cluster.records import Known
from colorfix.cluster.rows import KEY, NOWHERE, SENT, key_of
from colorfix.cluster.store import everywhere, store_of
from colorfix.cluster.telling import unreadable
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from colorfix.batch import Job
    from colorfix.batch.resume.file_stamp import Mark

_COARSE = 2 * 10**9
"""Nanoseconds: stores tell times to a second, in one answer rounded and in another not."""


@dataclass(frozen=True, eq=False)
class Waiting:
    """Jobs as an earlier run has left them.

    Attributes:
        done: numbers of those that are done.
        rows: the others.
    """

    done: list[int]
    rows: pa.Table


def waiting(
    jobs: Sequence[Job], marks: Mapping[str, Mark], made: str, results: str | None, *, redo: bool
) -> Waiting:
    """Say what is left to do.

    A photo is done if the last record of its output holds its key, and the output stands there with as many
    bytes and since the time that it says.

    Args:
        jobs: all of the run.
        marks: size and time of sources, as far as they are known.
        made: fingerprint of all that changes an output.
        results: the folder that holds records; None for none.
        redo: whether to do again what is done.

    Raises:
        PhotoError: a store cannot be asked.
    """
    far = [_everywhere(job) for job in jobs]
    states = [marks.get(job.source) or mark_of(job.source) or NOWHERE for job in jobs]
    keys = pa.array(
        [
            key_of(job.source, mark, made, job.output, job.report)
            for job, mark in zip(far, states, strict=True)
        ],
        KEY,
    )
    ours: dict[str, list[bytes]] = {}
    done = np.zeros(len(jobs), bool)
    if results is not None:
        known = Known.of(results)
        done = _as_recorded(*known.standing(keys), far) & (not redo)
        ours = known.written([shown(job.output) for job, each in zip(far, ~done, strict=True) if each])
    left = np.flatnonzero(~done).tolist()
    rows = {
        "number": left,
        "source": [os.fsencode(far[at].source) for at in left],
        "output": [os.fsencode(far[at].output) for at in left],
        "report": [_encoded(far[at].report) for at in left],
        "bytes": [states[at].size for at in left],
        "modified": [states[at].modified for at in left],
        "key": keys.take(pa.array(left, pa.int64())),
        "ours": [b"".join(ours.get(shown(far[at].output), ())) for at in left],
    }
    return Waiting(np.flatnonzero(done).tolist(), pa.table(rows, SENT))


def _everywhere(job: Job) -> Job:
    """A job whose names mean the same on every machine."""
    report = None if job.report is None else everywhere(job.report)
    return replace(job, source=everywhere(job.source), output=everywhere(job.output), report=report)


def _encoded(name: str | None) -> bytes | None:
    return None if name is None else os.fsencode(name)


def _as_recorded(written: pa.Array, stood: pa.Array, jobs: Sequence[Job]) -> NDArray[np.bool_]:
    """Whether each output stands as its record says. A folder is listed once."""
    there: dict[str, Mark] = {}
    for folder in dict.fromkeys(folder_of(job.output) for job in jobs):
        try:
            found = store_of(folder).entries(folder)
        except OSError as error:
            raise unreadable(folder, error) from error
        there |= {joined(folder, each.name): each.mark for each in found if each.mark is not None}
    outputs = (joined(folder_of(job.output), job.output.rpartition("/")[2]) for job in jobs)
    marks = [there.get(output, NOWHERE) for output in outputs]
    sizes = np.array([mark.size for mark in marks], np.int64)
    times = np.array([mark.modified for mark in marks], np.int64)
    late = np.abs(times - stood.fill_null(0).to_numpy())
    same: NDArray[np.bool_] = (sizes == written.fill_null(-2).to_numpy()) & (late < _COARSE)
    return same
