"""Reports as versioned JSON documents: a correction, an applied look, and a summary for an index."""

from __future__ import annotations

import json
import math
import platform
import sys
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from colorfix import __version__
from colorfix.color.temperature import light_of
from colorfix.core.text import printable
from colorfix.photos import pieces
from colorfix.report.guide import guide_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.certificate import Certificate
    from colorfix.color.statistics import Floats, Statistics
    from colorfix.core.defaults import TraceDetail
    from colorfix.correction.correct import Correction
    from colorfix.correction.settings import Settings
    from colorfix.correction.targets import Target
    from colorfix.learning import Minimum, Trace
    from colorfix.looks.look import Look
    from colorfix.photos import Photo, Region
    from colorfix.photos.photo import Data


class ReportedFile(NamedTuple):
    """A file in a report.

    Attributes:
        path: as the user named it.
        bytes: size of the file; None for a photo from memory.
        sha256: of its bytes; None if not computed.
        size: width and height, pixels.
        mode: Pillow's name for the kind of pixels.
        format: ``JPEG``, ``PNG``, ...
    """

    path: str
    bytes: int | None
    sha256: str | None
    size: tuple[int, int]
    mode: str
    format: str | None

    @classmethod
    def of(cls, photo: Photo) -> ReportedFile:
        """Describe a photo that was read."""
        return cls(
            photo.name, len(photo.data) or None, photo_sha256(photo), photo.size, photo.mode, photo.format
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the report's entry."""
        return {
            "path": printable(self.path),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "format": self.format,
            "width": self.size[0],
            "height": self.size[1],
            "mode": self.mode,
        }


_DIGESTS: WeakKeyDictionary[Photo, str] = WeakKeyDictionary()


def photo_sha256(photo: Photo) -> str | None:
    """Return the SHA-256 of a photo's bytes, computed once; None for a photo from memory."""
    if not photo.data:
        return None
    if photo not in _DIGESTS:
        _DIGESTS[photo] = sha256_of(photo.data)
    return _DIGESTS[photo]


def sha256_of(data: Data) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits.

    >>> sha256_of(b"")[:16]
    'e3b0c44298fc1c14'
    """
    whole = sha256()
    for piece in pieces(data):
        whole.update(piece)
    return whole.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python, colorfix and its libraries; torch and nvImageCodec only if imported."""
    modules = {"numpy": "numpy", "pillow": "PIL", "torch": "torch", "nvimgcodec": "nvidia.nvimgcodec"}
    return {"colorfix": __version__, "python": platform.python_version()} | {
        name: str(sys.modules[module].__version__)
        for name, module in modules.items()
        if module in sys.modules
    }


FORMAT: Final = "colorfix/report/1"
THIN: Final = 200
"""Evenly spaced steps of a thin trace, beside changes of direction and the best step."""


def schema() -> dict[str, Any]:
    """Return the JSON schema of loss reports."""
    return _load_schema("report-1")


def document(
    correction: Correction,
    *,
    output: ReportedFile,
    after: Statistics,
    seconds: dict[str, float],
    trace: TraceDetail,
    lost: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the loss report of a correction.

    Args:
        correction: of the photo.
        output: the file as written.
        after: statistics of the corrected pixels.
        seconds: wall time by stage.
        trace: detail of the trace.
        lost: names of contents that the output does not have.
    """
    return {
        "format": FORMAT,
        "source": ReportedFile.of(correction.source).as_dict(),
        "target": _target(correction.target),
        "output": output.as_dict(),
        "settings": _settings(correction.settings),
        "device": str(correction.device),
        **_codecs(correction.source),
        **_frames(correction),
        "guide": guide_entry(correction),
        "versions": versions(),
        "statistics": {
            "before": _statistics(correction.before) | {"white": correction.learned_from.white},
            "target": _statistics(correction.guide) | {"white": correction.guide.white},
            "after": _statistics(after),
        },
        "gains": _numbers(correction.gains),
        "light": light_of(correction.gains, correction.settings.space).as_report,
        "learned_gains": list(correction.minimum.gains),
        "minima": _minima(correction.minima),
        "certificate": _certificate(correction.certificate),
        "loss": _losses(correction),
        "search": _search(correction.solution.trace, correction.starts),
        "trace": _trace(correction.solution.trace, trace),
        "seconds": {stage: round(taken, 6) for stage, taken in seconds.items()},
        "warnings": list(correction.warnings),
        "lost": list(lost),
    }


def _codecs(photo: Photo) -> dict[str, Any]:
    """The codecs used, if a GPU was requested."""
    return {} if photo.codecs is None else {"codecs": photo.codecs.as_report()}


def _frames(correction: Correction) -> dict[str, Any]:
    """The part of source and target within their frames, if there is a frame."""
    photos = (correction.source, correction.frame), (correction.target.photo, correction.target.frame)
    if all(frame is None for _, frame in photos):
        return {}
    parts = [
        None if photo is None or frame is None else _part(frame.box(photo.size)) for photo, frame in photos
    ]
    return {"within_frame": dict(zip(("source", "target"), parts, strict=True))}


def _part(box: tuple[int, int, int, int]) -> dict[str, int]:
    left, top, right, bottom = box
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}


def report_text(report: dict[str, Any]) -> str:
    """Return a report as indented JSON, ending in a newline; a loss that is not finite is null."""
    return json.dumps(report, indent=1, allow_nan=False) + "\n"


def _target(target: Target) -> dict[str, Any]:
    if target.photo is not None:
        return {"kind": "photo", **ReportedFile.of(target.photo).as_dict()}
    kind = "statistics" if target.counts is not None else "temperature" if target.warmth else "neutral"
    return {"kind": kind, "path": printable(target.name)}


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "regularizers": [
            {"name": r.name, "weight": r.weight, "parameters": dict(r.parameters)}
            for r in settings.regularizers
        ],
        "match": settings.match,
        "space": settings.space,
        "exposure": settings.exposure,
        "follow": settings.follow,
        "strength": settings.strength,
        "warmth": settings.warmth,
        "highlights": settings.highlights,
        "dither": settings.dither,
        "region": _region(settings.selection.region),
        "only_region": settings.only_region,
        "ignore_clipped": settings.selection.unclipped,
        "count_white": settings.count_white,
        "model": settings.model,
        "optimizer": asdict(settings.optimizer),
        "steps": settings.steps,
        "patience": settings.patience,
        "starts": settings.starts,
        "alternative": settings.alternative,
        "certify": settings.certify,
        "seed": settings.seed,
        "device": settings.device,
    }


def _region(region: Region | None) -> list[int] | str:
    """The region that was measured: left, top, width and height; or ``mask``, or ``all``."""
    if region is None:
        return "all"
    return "mask" if region.box is None else list(region.box)


def _statistics(statistics: Statistics) -> dict[str, Any]:
    return {
        "means": _numbers(statistics.means),
        "deviations": _numbers(statistics.deviations),
        "luminance": statistics.luminance,
        "clipped": _numbers(statistics.clipped),
        "blue_excess": statistics.blue_excess,
    }


def _losses(correction: Correction) -> dict[str, Any]:
    """The loss and its terms at the start, at the best step, and in the minimum used."""
    trace = correction.solution.trace
    points = np.concatenate([trace.points[:1, 0], trace.best_points, [correction.minimum.gains]])
    terms = correction.objective.terms(points)  # of all three at once
    return {
        name: {
            "total": _number(sum(losses[row] for losses in terms.values())),
            "terms": {term: _number(losses[row]) for term, losses in terms.items()},
            "gains": _numbers(points[row]),
        }
        for row, name in enumerate(("start", "best", "polished"))
    }


def _minima(minima: Sequence[Minimum]) -> list[dict[str, Any]]:
    """Local minima, lowest first."""
    return [{"loss": minimum.loss, "gains": list(minimum.gains)} for minimum in minima]


def _certificate(certificate: Certificate | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    return {
        "certified": certificate.certified,
        "kind": certificate.kind,
        "tolerance": certificate.tolerance,
        "loss": certificate.loss,
        "lower_bound": certificate.lower_bound,
        "boxes": certificate.boxes,
        "minima": _minima(certificate.minima),
    }


def _search(trace: Trace, starts: int) -> dict[str, Any]:
    return {
        "starts": starts,
        "steps": len(trace.losses),
        "best_step": int(trace.best_steps[0]),
        "turns": int(trace.turns[0]),
        "dead_ends": int(trace.dead_ends[0]),
    }


def _trace(trace: Trace, detail: TraceDetail) -> dict[str, Any] | None:
    if detail == "none":
        return None
    steps = _thinned(trace) if detail == "thin" else np.arange(len(trace.losses))
    return {
        "detail": detail,
        "steps": steps.tolist(),
        "losses": [_number(loss) for loss in trace.losses[steps, 0]],
        "climbing": trace.climbing[steps, 0].tolist(),
        "gains": [_numbers(gains) for gains in trace.points[steps, 0]],
    }


def _thinned(trace: Trace) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    count = len(trace.losses)
    even = np.linspace(0, count - 1, min(count, THIN)).round().astype(np.intp)
    turned = np.flatnonzero(np.diff(trace.climbing[:, 0])) + 1
    selected = np.zeros(count, np.bool_)
    selected[np.concatenate([even, turned, trace.best_steps])] = True
    return np.flatnonzero(selected)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(values: Floats) -> list[float | None]:
    return [_number(value) for value in values]


APPLIED_FORMAT: Final = "colorfix/applied/1"


def applied_schema() -> dict[str, Any]:
    """Return the JSON schema of reports of applied looks."""
    return _load_schema("applied-1")


def _load_schema(name: str) -> dict[str, Any]:
    from importlib.resources import files

    text = files("colorfix.report").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def applied_document(
    photo: Photo,
    look: Look,
    *,
    output: ReportedFile,
    seconds: dict[str, float],
    warnings: Sequence[str],
    lost: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the report of a look applied to a photo; it has no statistics, as no pixels were counted.

    Args:
        photo: as read.
        look: the applied look.
        output: the file as written.
        seconds: wall time by stage.
        warnings: assumptions and losses, a sentence each.
        lost: names of contents that the output does not have.
    """
    return {
        "format": APPLIED_FORMAT,
        "source": ReportedFile.of(photo).as_dict(),
        "output": output.as_dict(),
        "gains": look.gains.tolist(),
        "light": light_of(look.gains, look.space).as_report,
        "space": look.space,
        "highlights": look.highlights,
        "dither": look.dither,
        "versions": versions(),
        "seconds": {stage: round(taken, 6) for stage, taken in seconds.items()},
        "warnings": list(warnings),
        "lost": list(lost),
    }


@dataclass(frozen=True, slots=True)
class Summary:
    """A correction in seven numbers.

    Attributes:
        loss: at the gains used; None if not finite.
        delta_e: mean CIEDE2000 between the photo and its correction.
        clipped: largest share of pixels at the top value of a channel after the correction, 0 to 1.
        added_clipping: largest increase of that share in a channel; negative if it fell in all.
        blue_excess: excess of blue's mean over both others after the correction, 0 to 1.
        width, height: of the photo's thumbnails, pixels.
    """

    loss: float | None
    delta_e: float
    clipped: float
    added_clipping: float
    blue_excess: float
    width: int
    height: int

    @classmethod
    def of(cls, report: dict[str, Any], delta_e: float, thumbnail: tuple[int, int]) -> Summary:
        """Return the summary of a loss report.

        Args:
            report: :func:`colorfix.report.document`.
            delta_e: of the correction.
            thumbnail: width and height, pixels.
        """
        before, after = (report["statistics"][which] for which in ("before", "after"))
        added = (late - early for early, late in zip(before["clipped"], after["clipped"], strict=True))
        loss = report["loss"]["polished"]["total"]
        return cls(
            None if loss is None else _short(loss),
            _short(delta_e),
            _short(max(after["clipped"])),
            _short(max(added)),
            _short(after["blue_excess"]),
            *thumbnail,
        )

    @property
    def as_list(self) -> list[float | None]:
        """The numbers as a list, for a journal.

        >>> Summary.from_list(Summary(0.25, 7.0, 0.1, 0.0, 0.0, 320, 213).as_list).delta_e
        7.0
        """
        return [*astuple(self)]

    @classmethod
    def from_list(cls, plain: Sequence[Any]) -> Summary:
        """Return the summary of a list made by :attr:`as_list`.

        Raises:
            TypeError, ValueError: the list is invalid.
        """
        loss, delta_e, clipped, added, blue_excess, width, height = plain
        shares = float(delta_e), float(clipped), float(added), float(blue_excess)
        return cls(None if loss is None else float(loss), *shares, int(width), int(height))


def _short(number: float) -> float:
    """A number rounded to six digits: journal lines are short, and equal for equal results."""
    return float(f"{number:.6g}")
