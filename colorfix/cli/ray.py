"""``--ray``: the same commands on a cluster, and in buckets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from colorfix.cluster.storage.uris import is_uri, spelling_error, without_root_marker
from colorfix.core.defaults import NEUTRAL
from colorfix.core.errors import SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from colorfix import batch
    from colorfix.cli.options import OutputOptions
    from colorfix.cluster.connect import Cluster
    from colorfix.cluster.sources import Stamps

    Run: TypeAlias = Callable[[Sequence[batch.Job]], Generator[batch.Outcome]]


@dataclass(frozen=True)
class Clustered:
    """A Ray cluster that processes the photos of a command.

    Attributes:
        cluster: its address.
        marks: size and time of photos that were met in listings.
    """

    cluster: Cluster
    marks: Stamps = field(default_factory=dict)

    def plan(
        self,
        sources: batch.Sources,
        pairing: batch.Pairing,
        destination: batch.Destination,
        *,
        as_large: bool,
    ) -> batch.Plan:
        """Plan as :func:`colorfix.batch.plan_jobs` does, and by it where there is no bucket."""
        from colorfix import batch
        from colorfix.cluster.plan import plan, refuse_replacing

        _refuse_misspelled(destination.output or "")
        listed = sources.files_from or ""
        names = () if is_uri(listed) else tuple(sources.in_list)
        sources = replace(sources, listed=names)
        if any(map(is_uri, [*sources.names, listed, *names, destination.output or ""])):
            return plan(sources, pairing, destination, self.marks)
        found = batch.plan_jobs(sources, pairing, destination, as_large=as_large)
        if found.root is None:  # one photo, which a single machine judges when it is written
            refuse_replacing(found.jobs)
        return found

    def run(self, plan: batch.Plan, target: str | None, order: batch.Order, *, in_full: bool) -> Run:
        """Return a function that processes a plan's jobs, after the cluster is reached and the target read.

        Args:
            plan: of the photos.
            target: path of the target of all photos; None for a look.
            order: the settings of the run.
            in_full: whether to return whole reports; one photo's always is.
        """
        from colorfix.cluster.driver import RayRun
        from colorfix.cluster.target import TargetFile

        self.cluster.check_reachable()
        target_file = TargetFile.of(target or NEUTRAL, order.max_pixels)
        in_full = in_full or len(plan.jobs) == 1
        return RayRun(self.cluster, order, target_file, self.marks, plan.root, in_full).run


def without_buckets(names: Iterable[str]) -> Iterator[str]:
    """Yield the names of a list where there is no cluster.

    Args:
        names: from a list.

    Raises:
        SettingError: one is in a bucket.
    """
    for name in names:
        if is_uri(name):
            raise SettingError(_bucket(name))
        yield name


def _bucket(name: str) -> str:
    error = spelling_error(name) or "is in a bucket; add --ray, which reads and writes there"
    return f"{printable(name)}: {error}"


def cluster_of(
    address: str | None, names: Iterable[str | None], files_from: str | None, output: OutputOptions
) -> Clustered | None:
    """Return the cluster of ``--ray``; None without that option.

    Args:
        address: of ``--ray``; empty without a value, None without the option.
        names: of all files that are read and written, without those in a list.
        files_from: the list.
        output: whether Ray may print what it does.

    Raises:
        SettingError: a bucket without a cluster, a misspelled one, no address, or Ray is not installed.
    """
    known = [name for name in (*names, files_from) if name is not None]
    for name in known:
        _refuse_misspelled(without_root_marker(name))
    if address is None:
        for name in filter(is_uri, known):
            raise SettingError(_bucket(name))
        return None
    _refuse_without_ray()
    from colorfix.cluster.connect import Cluster

    return Clustered(Cluster(address, output.verbose or output.debug))


def _refuse_without_ray() -> None:
    from importlib import import_module

    from colorfix.core.imports import install

    try:
        import_module("pyarrow")
        import_module("ray.data")
    except ImportError as error:
        raise SettingError(f"--ray needs Ray Data: {install('ray')} ({error})") from error


def _refuse_misspelled(name: str) -> None:
    if (fault := spelling_error(name)) is not None:
        raise SettingError(f"{printable(name)}: {fault}")
