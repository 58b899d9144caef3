"""Correct photos in memory: measure, learn, certify, choose a minimum; no files are written.

A :class:`Correction` holds the gains of one photo and the record of how they were learned.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from colorfix import photos
from colorfix.color.ciede2000 import mean_delta_e
from colorfix.color.scene import EXPONENTS, Scene
from colorfix.color.statistics import Statistics, in_srgb_tones
from colorfix.color.temperature import warmed
from colorfix.core.errors import BrokenRegularizer, ColorfixError, UncorrectablePhoto
from colorfix.core.timing import Stages
from colorfix.correction.following import Following
from colorfix.correction.measured import Measurement, limit_warnings, measure, one_color_warning
from colorfix.correction.settings import Settings
from colorfix.correction.targets import Target, target_of
from colorfix.learning import Minimum, Solution, solve_with_fallback, starts_of
from colorfix.learning.models import FreeGains, limits_in
from colorfix.learning.objective import Objective
from colorfix.learning.solution import distinct

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from colorfix.certificate import Certificate
    from colorfix.color.likeness import Likeness
    from colorfix.color.statistics import Curve, Floats
    from colorfix.learning import Device
    from colorfix.learning.network import Network


@dataclass(frozen=True)
class Correction:
    """One corrected photo.

    Attributes:
        source: the photo as read.
        target: its guide.
        settings: how it was corrected.
        gains: factors applied, shape (3,), red, green, blue: the learned gains, for the white of the target
            and the settings, blended by the strength.
        minimum: the minimum used.
        solution: learned from the start that ended in that minimum, else from the best start; a batch of one.
        minima: all minima found, lowest first.
        starts: number of starts.
        certificate: proof of the lowest loss, or None if none was requested.
        objective: the loss.
        device: where it was learned.
        before: statistics of the source.
        learned_from: the same without the pixels that learning leaves out.
        frame: around the source, which learning leaves out; or None.
        points: a grid of the source's pixels, uint8, shape [H, W, 4]; empty for a pool of photos.
        guide: statistics of the target, in the source's color space.
        likeness: of the target.
        change: applies the gains to pixels.
        seconds: wall time by stage.
        warnings: assumptions and losses, a sentence each.
    """

    source: photos.Photo = field(repr=False)
    target: Target = field(repr=False)
    settings: Settings = field(repr=False)
    gains: Floats
    minimum: Minimum = field(repr=False)
    solution: Solution = field(repr=False)
    minima: tuple[Minimum, ...] = field(repr=False)
    starts: int
    certificate: Certificate | None
    objective: Objective = field(repr=False)
    device: Device
    before: Statistics = field(repr=False)
    learned_from: Statistics = field(repr=False)
    frame: photos.Frame | None = field(repr=False)
    points: NDArray[np.uint8] = field(repr=False)
    guide: Statistics = field(repr=False)
    likeness: Likeness
    change: photos.GainChange = field(repr=False)
    seconds: dict[str, float]
    warnings: tuple[str, ...]

    @property
    def followed(self) -> Following:
        """How far the target counted."""
        return Following.of(self.likeness, self.settings.follow, self.settings.exposure)

    @property
    def after(self) -> Statistics:
        """Statistics of the corrected pixels."""
        changed = tuple(
            photos.Picture.of(photos.assemble(picture, self.change)) for picture in self.source.pictures
        )
        counts = photos.counts(replace(self.source, pictures=changed))
        return Statistics(in_srgb_tones(counts, self.change.curve), self.settings.space)

    @property
    def delta_e(self) -> float:
        """Mean CIEDE2000 between the photo and its correction, over the visible points of the grid.

        The photo's primaries are taken for sRGB's.
        """
        return self._moved_by(self.gains)

    @property
    def cast(self) -> float:
        """As :attr:`delta_e`, of the learned gains alone: neither strength nor another white counts."""
        return self._moved_by(np.array(self.minimum.gains))

    def _moved_by(self, gains: Floats) -> float:
        """Return the mean CIEDE2000 between the visible points and their correction by gains."""
        points = self.visible_points
        return mean_delta_e(points, photos.corrected_points(points, replace(self.change, gains=gains)))

    @property
    def visible_points(self) -> NDArray[np.uint8]:
        """Visible points of the grid, red, green, blue, alpha, shape [N, 4], N at most 4096."""
        return self.points[self.points[..., 3] > 0]

    @property
    def image(self) -> Image:
        """The corrected photo as a Pillow image of 8 bits a channel, upright; of several, the first."""
        changed = photos.Picture.of(photos.assemble(self.source.pictures[0], self.change))
        return photos.upright(self.source, replace(self.source, pictures=(changed,)).image)


def transfer_gains(correction: Correction, measured: Measurement) -> Correction:
    """Return the correction of a photo by the gains learned for another photo, or for a pool.

    Args:
        correction: of the other photo, with the same settings.
        measured: the photo.
    """
    photo = measured.source
    return replace(
        correction,
        source=photo,
        target=measured.target,
        before=measured.before,
        frame=measured.frame,
        learned_from=measured.learned_from,
        guide=measured.guide,
        points=measured.points,
        change=replace(correction.change, curve=measured.curve),
        seconds=measured.stages.seconds,
        warnings=(*photo.warnings, *measured.warnings),
    )


def correct(
    source: str | os.PathLike[str] | Image | NDArray[Any] | photos.Photo,
    target: str | os.PathLike[str] | Image | NDArray[Any] | Target,
    *,
    settings: Settings | None = None,
) -> Correction:
    """Correct one photo's color, guided by another.

    Args:
        source: the photo: a path, a Pillow image, an array of uint8 (H, W, 3) or (H, W, 4), or a photo that
            was read before.
        target: the guide: the same, or a saved statistics file (``.json``), or ``"neutral"``, or the
            temperature of the white, such as ``"5500K"``.
        settings: how; the default cools an amber photo without darkening it or turning it blue.

    Returns:
        The correction; ``.image`` is the corrected photo, ``.gains`` the factors.

    Raises:
        PhotoError: the photo or the target cannot be read or corrected; names it and the remedy.
        SettingError: the settings make no sense here, such as a device that is not there.

    >>> amber = np.full((4, 4, 3), (200, 150, 90), np.uint8)
    >>> correction = correct(amber, "neutral")
    >>> correction.gains.round(3).tolist(), correction.image.getpixel((0, 0))
    ([0.571, 1.114, 3.282], (155, 157, 157))
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


def correct_all(measured: Sequence[Measurement], settings: Settings) -> list[Correction | UncorrectablePhoto]:
    """Learn the gains of many photos in one batch.

    Args:
        measured: the photos, measured with the same settings.
        settings: how to correct them.

    Returns:
        For each photo, in order, its correction or the error that prevents it; neither depends on the other
        photos of the batch.

    Raises:
        SettingError: the settings make no sense here, such as a device that is not there.
    """
    try:
        return _learn(measured, settings)
    except BrokenRegularizer as error:
        if len(measured) == 1:
            return [UncorrectablePhoto(measured[0].source.name, str(error))]
        return [result for photo in measured for result in correct_all([photo], settings)]


def certify_from(
    objective: Objective, gains: Floats, limits: tuple[float, float]
) -> tuple[Certificate, Minimum | None]:
    """Prove how low the loss can be; if the search finds a lower minimum, prove it from there.

    Args:
        objective: the loss of one photo.
        gains: of the lowest minimum known, shape (3,).
        limits: lowest and highest gain.

    Returns:
        The certificate, and the lower minimum or None.
    """
    from colorfix.certificate import certify

    certificate = certify(objective, gains, limits=limits)
    lower = certificate.minima[0]
    if lower.loss >= certificate.loss - certificate.tolerance:
        return certificate, None
    return certify(objective, np.array(lower.gains), limits=limits), lower


class _Learned(NamedTuple):
    """One photo's share of a batch that has been learned.

    Attributes:
        objective: the photo's loss.
        solution: of the photo's starts.
        device: where it was learned.
        warnings: a sentence each.
    """

    objective: Objective
    solution: Solution
    device: Device
    warnings: tuple[str, ...]


def _learn(measured: Sequence[Measurement], settings: Settings) -> list[Correction | UncorrectablePhoto]:
    begun = perf_counter()
    objective = _objective(measured, settings)
    limits = limits_in(EXPONENTS[settings.space])
    starts = _starts(objective, settings, limits)
    counts = [len(own) for own in starts]
    solution, device, warnings = solve_with_fallback(
        objective.take(np.repeat(np.arange(len(measured)), counts)),
        lambda: _model(starts, settings, limits),
        settings.optimizer,
        settings.steps,
        device=settings.device,
        patience=settings.effective_patience,
    )
    seconds = (perf_counter() - begun) / len(measured)
    results = []
    for p, (photo, count, end) in enumerate(zip(measured, counts, np.cumsum(counts).tolist(), strict=True)):
        photo.stages.add("learn", seconds)
        own = solution.among(slice(end - count, end))
        learned = _Learned(objective.take(slice(p, p + 1)), own, device, warnings)
        results.append(_result(photo, learned, settings))
    return results


def _result(photo: Measurement, learned: _Learned, settings: Settings) -> Correction | UncorrectablePhoto:
    """Return the correction of one photo, or the error that prevents it."""
    try:
        return _correction(photo, learned, settings)
    except BrokenRegularizer as error:
        return UncorrectablePhoto(photo.source.name, str(error))
    except UncorrectablePhoto as error:
        return error


def _correction(photo: Measurement, learned: _Learned, settings: Settings) -> Correction:
    objective, solution = learned.objective, learned.solution
    limits = limits_in(EXPONENTS[settings.space])
    minima, certificate = _minima_found(photo.source, solution, objective), None
    if settings.certify:
        with photo.stages("certify"):
            certificate, lower = certify_from(objective, np.array(minima[0].gains), limits)
        minima = minima if lower is None else distinct([lower, *minima])
    chosen = _chosen(photo.source, minima, settings.alternative)
    full_gains = np.array(chosen.gains)
    gains = _warmed(full_gains, photo.target, settings)
    return Correction(
        source=photo.source,
        target=photo.target,
        settings=settings,
        gains=gains,
        minimum=chosen,
        solution=solution.of(solution.best_in(chosen)),
        minima=minima,
        starts=len(solution.losses),
        certificate=certificate,
        objective=objective,
        device=learned.device,
        before=photo.before,
        frame=photo.frame,
        points=photo.points,
        learned_from=photo.learned_from,
        guide=photo.guide,
        likeness=photo.likeness,
        change=_change(gains, settings, photo.curve),
        seconds=photo.stages.seconds,
        warnings=(
            *photo.source.warnings,
            *photo.warnings,
            *one_color_warning(photo.learned_from.counts),
            *objective.left_out(),
            *_missed_minimum_warning(minima, solution),
            *limit_warnings(full_gains, limits),
            *learned.warnings,
        ),
    )


def _warmed(gains: Floats, target: Target, settings: Settings) -> Floats:
    """Return gains for the target's white, blended by the strength, then for the settings' white."""
    towards_target = warmed(gains, target.warmth, settings.space) ** settings.strength
    return warmed(towards_target, settings.warmth, settings.space)


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
    followed = [Following.of(known.likeness, settings.follow, settings.exposure) for known in described]
    match, colors, brightness = np.array(followed).T
    scene = Scene.of(
        [known.learned_from for known in described],
        [known.guide for known in described],
        [known.sample for known in described],
        colors,
    )
    scene = replace(scene, matching=match).with_source_luminance(brightness)
    if settings.space == "sensor":
        scene = scene.in_sensor_space(limits_in(EXPONENTS[settings.space])[1])
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
    """Return the minima in which learning ended, or the reason for having none."""
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


def _missed_minimum_warning(minima: tuple[Minimum, ...], solution: Solution) -> tuple[str, ...]:
    """Tell where the lowest minimum comes from, if not from learning."""
    if minima[0] in solution.minima:
        return ()
    return ("learning missed the lowest minimum, which the search for the certificate found",)


def _chosen(photo: photos.Photo, minima: tuple[Minimum, ...], alternative: int) -> Minimum:
    """Return the chosen minimum, 1 the lowest."""
    if alternative > len(minima):
        found = "only one minimum was" if len(minima) == 1 else f"only {len(minima)} minima were"
        raise UncorrectablePhoto(
            photo.name, f"{found} found; ask for --alternative {len(minima)} at the most"
        )
    return minima[alternative - 1]
