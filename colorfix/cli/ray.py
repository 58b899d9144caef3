"""``--ray``: the same commands on a cluster, and in buckets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from colorfix.cluster.storage.uris import is_cluster_address, is_uri, spelling_error, without_root_marker
from colorfix.core.defaults import NEUTRAL
from colorfix.core.errors import SettingError
from colorfix.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from colorfix import batch
    from colorfix.cli.plan_output import Run
    from colorfix.cluster.connect import Cluster
    from colorfix.cluster.sources import Marks

_RAY, _PIPE = "--ray", "-"
_INSTEAD = {
    "--target-for": "give one target to all, with --target",
    "--pairs": "give one target to all, with --target, and the photos by --files-from",
    "--in-place": "write elsewhere, with -o",
    "--watch": "run it again for what has arrived",
    "--check": "check on one machine",
    "--html": "ask for --reports, or correct on one machine",
    "--gains-from": "learn on one machine with --save-gains, then 'colorfix apply LOOK' with --ray",
    "--save-gains": "learn on one machine",
    "--device": "workers there learn on their own cores",
    _PIPE: "name files",
}
"""What makes no sense on a cluster, and what to do instead."""


def spelled(arguments: Sequence[str]) -> list[str]:
    """Spell out whether ``--ray`` has a value: the word behind it is one only where it is an address.

    >>> spelled(["correct", "--ray", "s3://photos", "-o", "out"])
    ['correct', '--ray=', 's3://photos', '-o', 'out']
    >>> spelled(["correct", "a.jpg", "--ray", "head:6379"]), spelled(["--", "--ray"])
    (['correct', 'a.jpg', '--ray', 'head:6379'], ['--', '--ray'])
    """
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    for at, word in enumerate(words[:end]):
        if word == _RAY and not (at + 1 < end and is_cluster_address(words[at + 1])):
            words[at] = f"{_RAY}="
    return words


@dataclass(frozen=True)
class Clustered:
    """A cluster as the command has it.

    Attributes:
        cluster: which.
        marks: size and time of photos that were met in listings.
    """

    cluster: Cluster
    marks: Marks = field(default_factory=dict)

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
        """Return what does a plan's jobs; the cluster is looked for and the target read now, before all else.

        Args:
            plan: of the photos.
            target: what guides them; None where they get a look.
            order: what holds for all of them.
            in_full: whether whole reports are wanted; one photo's always is.
        """
        from colorfix.cluster.driver import RayRun
        from colorfix.cluster.target import TargetFile

        self.cluster.check_reachable()
        guide = TargetFile.of(target or NEUTRAL, order.max_pixels)
        in_full = in_full or len(plan.jobs) == 1
        return RayRun(self.cluster, order, guide, self.marks, plan.root, in_full).run


def without_buckets(names: Iterable[str]) -> Iterator[str]:
    """Pass names on, where there is no cluster.

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


def clustered(
    address: str | None,
    names: Iterable[str | None],
    files_from: str | None,
    refused: Mapping[str, bool],
    *,
    talking: bool,
) -> Clustered | None:
    """Return the cluster that is asked for; None where none is.

    Args:
        address: as ``--ray`` has it; empty without a value, None without the option.
        names: of all that is read and written, but what is in a list.
        files_from: the list.
        refused: whether options were given that make no sense there.
        talking: whether Ray may say what it does.

    Raises:
        SettingError: a bucket without a cluster, a misspelled one, no address, such an option, or Ray is
            not installed.
    """
    photos = [name for name in names if name is not None]
    known = photos if files_from is None else [*photos, files_from]
    for name in known:
        _refuse_misspelled(without_root_marker(name))
    if address is None:
        for name in filter(is_uri, known):
            raise SettingError(_bucket(name))
        return None
    for option, given in {**refused, _PIPE: _PIPE in photos}.items():
        if given:
            raise SettingError(f"{option} cannot be with --ray; {_INSTEAD[option]}")
    _refuse_without_ray()
    from colorfix.cluster.connect import Cluster

    return Clustered(Cluster(address, talking))


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
