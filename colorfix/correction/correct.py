"""One photo: where pixels, statistics and learning meet. No files are written here and nothing is printed."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from colorfix import photos
from colorfix.color.sample import EXPONENTS
from colorfix.color.scene import Scene
from colorfix.core.errors import BrokenRegularizer, ColorfixError, UncorrectablePhoto
from colorfix.core.timing import Stages
from colorfix.correction.measured import (
    Measurement,
    broken_regularizer_as_photo_error,
    limit_warnings,
    measure,
    one_color_warning,
)
from colorfix.correction.result import Correction
from colorfix.correction.settings import Settings
from colorfix.correction.targets import Target, target_of
from colorfix.learning import Minimum, Solution, solve, starts_of, torch_needed
from colorfix.learning.minima import distinct
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.objective import Objective
from colorfix.learning.options import choose_device
from colorfix.photos.gpu_pixels import is_out_of_memory

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.certificate import Certificate
    from colorfix.color.statistics import Curve, Floats
    from colorfix.core.defaults import DeviceName
    from colorfix.learning import Device
    from colorfix.learning.network import Network


def correct(
    source: str | os.PathLike[str] | Image | NDArray[Any] | photos.Photo,
    target: str | os.PathLike[str] | Image | NDArray[Any] | Target,
    *,
    settings: Settings | None = None,
) -> Correction:
    """Correct one photo's colour, guided by another.

    Args:
        source: the photo: a path, a Pillow image, an array of uint8 (H, W, 3) or (H, W, 4), or a photo that
            was read before.
        target: the guide: the same, or a saved statistics file (``.json``), or ``"neutral"``.
        settings: how; the default cools an amber photo without darkening it or turning it blue.

    Returns:
        The correction; ``.image`` is the corrected photo, ``.gains`` the factors.

    Raises:
        PhotoError: the photo or the target cannot be read or corrected; names it and the remedy.
        SettingError: the settings make no sense here, such as a device that is not there.

    >>> amber = np.full((4, 4, 3), (200, 150, 90), np.uint8)
    >>> correction = correct(amber, "neutral")
    >>> correction.gains.round(3).tolist(), correction.image.getpixel((0, 0))
    ([0.578, 1.105, 3.344], (156, 157, 158))
    """
    settings = Settings() if settings is None else settings
    stages = Stages()
    with stages("read"):
        photo = source if isinstance(source, photos.Photo) else photos.read(source)
        guide = target if isinstance(target, Target) else target_of(target)
    corrected = correct_all([measure(photo, guide, settings, stages)], settings)[0]
    if isinstance(corrected, ColorfixError):
        raise corrected
    return corrected


def correct_all(
    described: Sequence[Measurement], settings: Settings
) -> list[Correction | UncorrectablePhoto]:
    """Learn the gains of many photos together.

    Args:
        described: the photos, measured with the same settings.
        settings: how to correct them.

    Returns:
        In the same order, a correction each, the same whatever other photos there are; or why there is none.

    Raises:
        SettingError: the settings make no sense here, such as a device that is not there.
    """
    try:
        return _learned(described, settings)
    except BrokenRegularizer as error:
        if len(described) == 1:
            return [UncorrectablePhoto(described[0].source.name, str(error))]
        return [outcome for photo in described for outcome in correct_all([photo], settings)]


def _learned(described: Sequence[Measurement], settings: Settings) -> list[Correction | UncorrectablePhoto]:
    begun = perf_counter()
    objective = _objective(described, settings)
    limits = limits_in(EXPONENTS[settings.space])
    starts = _starts(objective, settings, limits)
    rows = np.repeat(np.arange(len(described)), [len(own) for own in starts])
    problems = objective.take(rows)
    device = _device(settings.device, len(rows), settings)
    solution = _solved_in(device, problems, starts, settings)
    notes = () if solution is not None else _NO_ROOM
    if solution is None:
        device = _device("cpu", len(rows), settings)
        solution = _solved(device, problems, starts, settings)
    learned = _Learned(settings, limits, device, (perf_counter() - begun) / len(described), notes)
    ends = np.cumsum([len(own) for own in starts])
    return [
        learned.outcome(known, objective.take(slice(p, p + 1)), solution.among(slice(end - len(own), end)))
        for p, (known, own, end) in enumerate(zip(described, starts, ends, strict=True))
    ]


_NO_ROOM = ("learned on the CPU, as the GPU is out of memory",)


def _device(name: DeviceName, problems: int, settings: Settings) -> Device:
    needed = torch_needed(settings.model, settings.optimizer)
    return choose_device(name, problems=problems, torch_needed=needed)


def _solved_in(
    device: Device, problems: Objective, starts: list[Floats], settings: Settings
) -> Solution | None:
    """Learn on a device; None where that is a GPU with too little memory free."""
    try:
        return _solved(device, problems, starts, settings)
    except RuntimeError as error:
        if device.name == "cpu" or not is_out_of_memory(error):
            raise
        return None


def _solved(device: Device, problems: Objective, starts: list[Floats], settings: Settings) -> Solution:
    return solve(
        problems,
        _model(starts, settings, limits_in(EXPONENTS[settings.space])),
        settings.optimizer,
        settings.steps,
        device=device,
        patience=settings.effective_patience,
    )


class _Learned(NamedTuple):
    """What holds for all photos of a batch, once the gains are learned.

    Attributes:
        settings: how they were corrected.
        limits: lowest and highest gain.
        device: where it was learned.
        seconds: that it took, wall time a photo.
        notes: what is told of it with each photo, a sentence each.
    """

    settings: Settings
    limits: tuple[float, float]
    device: Device
    seconds: float
    notes: tuple[str, ...]

    def outcome(
        self, known: Measurement, objective: Objective, solution: Solution
    ) -> Correction | UncorrectablePhoto:
        """Return the correction of one photo, or why there is none."""
        known.stages.add("learn", self.seconds)
        try:
            with broken_regularizer_as_photo_error(known.source):
                return self._correction(known, objective, solution)
        except UncorrectablePhoto as error:
            return error

    def _correction(self, known: Measurement, objective: Objective, solution: Solution) -> Correction:
        settings, photo = self.settings, known.source
        minima, certificate = _minima_found(photo, solution, objective), None
        if settings.certify:
            with known.stages("certify"):
                certificate, minima = _certified(objective, minima, self.limits)
        chosen = _chosen(photo, minima, settings.alternative)
        learned = np.array(chosen.gains)
        gains = learned**settings.strength
        return Correction(
            source=photo,
            target=known.target,
            settings=settings,
            gains=gains,
            minimum=chosen,
            solution=solution.of(solution.best_in(chosen)),
            minima=minima,
            starts=len(solution.losses),
            certificate=certificate,
            objective=objective,
            device=self.device,
            before=known.before,
            points=known.points,
            guide=known.guide,
            change=_change(gains, settings, known.curve),
            seconds=known.stages.seconds,
            warnings=(
                *photo.warnings,
                *known.warnings,
                *one_color_warning(known.before.counts),
                *objective.left_out(),
                *_missed_minimum_warning(minima, solution),
                *limit_warnings(learned, self.limits),
                *self.notes,
            ),
        )


def _change(gains: Floats, settings: Settings, curve: Curve) -> photos.GainChange:
    """Return what the gains do to pixels."""
    return photos.GainChange(
        gains,
        settings.space,
        curve,
        highlights=settings.highlights,
        dither=settings.dither,
        within=settings.selection.region if settings.only_region else None,
    )


def _objective(described: Sequence[Measurement], settings: Settings) -> Objective:
    scene = Scene.of(
        [known.before for known in described],
        [known.guide for known in described],
        [known.sample for known in described],
    )
    if settings.exposure == "keep":
        scene = scene.with_source_luminance()
    return Objective(scene, settings.match, settings.regularizers)


def _starts(objective: Objective, settings: Settings, limits: tuple[float, float]) -> list[Floats]:
    """Return gains to learn from for each photo; the network has one start, near no change."""
    if settings.model == "gains" and settings.starts == "several":
        return starts_of(objective, limits)
    return [np.ones((1, 3))] * len(objective.scene.source_means)


def _model(starts: list[Floats], settings: Settings, limits: tuple[float, float]) -> FreeGains | Network:
    """Return what produces the gains: free gains from each start, or a network a photo."""
    if settings.model == "gains":
        return FreeGains(np.concatenate(starts), limits)
    from colorfix.learning.network import Network

    return Network([settings.seed] * len(starts), within=FreeGains(np.ones((1, 3)), limits))


def _minima_found(photo: photos.Photo, solution: Solution, objective: Objective) -> tuple[Minimum, ...]:
    """Return the minima in which learning ended, or say what kept it from any."""
    if solution.minima:
        return solution.minima
    terms = objective.terms(np.ones((1, 3)))
    blamed = " and ".join(repr(name) for name, term in terms.items() if not np.isfinite(term).all())
    raise UncorrectablePhoto(
        photo.name,
        f"no gains gave a finite loss because of {blamed}; mend it or leave it out"
        if blamed
        else "no gains gave a finite loss; drop regularizers (-R none) or lower their weights",
    )


def _certified(
    objective: Objective, minima: tuple[Minimum, ...], limits: tuple[float, float]
) -> tuple[Certificate, tuple[Minimum, ...]]:
    """Prove that no allowed gains are better than the lowest minimum; a better one is taken in and proven."""
    from colorfix.certificate import certify

    certificate = certify(objective, np.array(minima[0].gains), limits=limits)
    better = certificate.minima[0]
    if better.loss < certificate.loss - certificate.tolerance:
        minima = distinct([better, *minima])
        certificate = certify(objective, np.array(better.gains), limits=limits)
    return certificate, minima


def _missed_minimum_warning(minima: tuple[Minimum, ...], solution: Solution) -> tuple[str, ...]:
    """Tell where the lowest minimum comes from, if not from learning."""
    if minima[0] in solution.minima:
        return ()
    return ("learning missed the lowest minimum, which the search for the certificate found",)


def _chosen(photo: photos.Photo, minima: tuple[Minimum, ...], alternative: int) -> Minimum:
    """Return the minimum that was asked for, 1 the lowest."""
    if alternative > len(minima):
        found = "only one minimum was" if len(minima) == 1 else f"only {len(minima)} minima were"
        raise UncorrectablePhoto(
            photo.name, f"{found} found; ask for --alternative {len(minima)} at the most"
        )
    return minima[alternative - 1]
