"""``colorfix correct --grey``: gains from a gray area of the first photo, for all photos."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from colorfix import batch, photos
from colorfix.cli.output import info
from colorfix.core.defaults import POOLED
from colorfix.core.errors import SettingError
from colorfix.looks.gray_card import gray_card_look

if TYPE_CHECKING:
    from colorfix.cli.batch import BatchCommand
    from colorfix.correction.settings import Settings
    from colorfix.looks.look import Look


def apply_gray_card(command: BatchCommand, area: str, settings: Settings, max_pixels: int) -> None:
    """Process the photos of a command; nothing is learned.

    Args:
        command: whose photos get the gains.
        area: of the first photo, ``x,y,width,height``.
        settings: space, strength, warmth, highlights and dither.
        max_pixels: width times height that is still accepted.

    Raises:
        SettingError: it is not certain which photo is the first.
        PhotoError: the first photo cannot be read, or the area not be used.
        Exit: a photo failed.
    """
    plan = command.plan()
    if not plan.jobs:
        command.execute(plan, partial(batch.run_jobs, targets={}, order=batch.Order(settings)))
        return
    _refuse_uncertain(plan)
    look = _measured(command, plan.jobs[0].source, area, settings, max_pixels)
    order = command.order(plan, look, max_pixels=max_pixels)
    saver = None
    if command.writing.save_gains is not None:
        from colorfix.cli.commands.save_gains import saver_of

        saver = saver_of(command, command.writing.save_gains, settings, plan, POOLED)
    command.begin(plan)
    if saver is not None:
        saver.save(look)
    command.execute(plan, partial(batch.run_jobs, targets={}, order=order))


def _refuse_uncertain(plan: batch.Plan) -> None:
    """Refuse a plan whose first photo may not be the one with the card, now or when the run is repeated."""
    if plan.troubles:
        raise SettingError("--grey measures the first photo; mend or leave out the names above")
    if len(plan.jobs) > 1 and any(job.in_place for job in plan.jobs):
        raise SettingError(
            "--grey cannot be used with --in-place for several photos: a second run would measure a "
            "corrected card; write elsewhere, with -o"
        )


def _measured(command: BatchCommand, name: str, area: str, settings: Settings, max_pixels: int) -> Look:
    """Return the look of the area, after its warnings are printed."""
    card = photos.read(name, max_pixels=max_pixels)
    look, warnings = gray_card_look(card, area, settings)
    for warning in () if command.output.quiet else warnings:
        info(f"warning: {card.name}: {warning}")
    return look
