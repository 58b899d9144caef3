"""``colorfix correct``: learn the gains of photos, write the corrected photos and loss reports."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from colorfix.cli import learning_options as learn
from colorfix.cli import options
from colorfix.cli.conflicts import given, refuse_conflicts, refuse_learning, refuse_two_pipes
from colorfix.cli.option_groups import grouped
from colorfix.cli.output import stdout_for_data
from colorfix.core.defaults import EACH, NEUTRAL
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from colorfix import batch
    from colorfix.batch.process.learn import LazyTargets
    from colorfix.cli.batch import BatchCommand
    from colorfix.correction.settings import Settings


@grouped
def correct(
    *,
    sources: options.Sources = None,
    targets: learn.TargetOptions,
    photos: options.PhotoOptions,
    loss: learn.LossOptions,
    learning: learn.LearningOptions,
    pixels: options.PixelOptions,
    writing: options.WritingOptions,
    checking: options.CheckOptions,
    reports: options.ReportOptions,
    run: options.RunOptions,
    output: options.OutputOptions,
) -> None:
    """Correct photos, guided by a target.

    Learns one gain per channel so that the channel means match the target's, held back by regularizers
    from turning the photo blue, and writes the corrected photo and a loss report.

    Example: colorfix correct amber.jpg --target guide.jpg -o corrected.jpg
    """
    one_thread()
    from colorfix import batch
    from colorfix.cli.batch import BatchCommand, destination_of
    from colorfix.cli.ray import cluster_of
    from colorfix.cli.settings import settings_of

    names = sources or []
    groups = targets, photos, learning, pixels, writing, checking, reports, run, output
    with stdout_for_data() as data:
        refuse_conflicts(given(*groups, sources=names))
        if pixels.grey is not None:
            refuse_learning(given(targets, loss, learning))
        refuse_two_pipes([*names, targets.target, photos.files_from, targets.pairs, pixels.mask])
        settings = settings_of(loss, learning, pixels)
        command = BatchCommand(
            names,
            batch.Pairing(*targets) if pixels.grey is None else batch.Pairing(NEUTRAL),
            destination_of(
                photos,
                report=reports.report,
                reports=reports.reports or (False if reports.no_report else None),
                html=reports.html,
                check=checking.check,
            ),
            photos,
            run,
            writing,
            output,
            data,
            cluster_of(run.ray, [*names, targets.target, photos.output], photos.files_from, output),
        )
        if pixels.grey is not None:
            from colorfix.cli.commands.gray_card import apply_gray_card

            apply_gray_card(command, pixels.grey, settings, pixels.max_pixels)
            return
        plan = command.plan()
        order = command.order(
            plan,
            settings,
            max_pixels=pixels.max_pixels,
            trace=reports.trace,
            threshold=checking.threshold if checking.check else None,
            only_casts=checking.only_casts,
        )
        if command.cluster is None:
            _correct_here(command, plan, order, settings, learning.gains_from)
        else:
            process = command.cluster.run(plan, targets.target, order, in_full=output.json or output.verbose)
            command.begin(plan)
            command.execute(plan, process)


def _correct_here(
    command: BatchCommand, plan: batch.Plan, order: batch.Order, settings: Settings, gains_from: str
) -> None:
    """Process the photos on this machine."""
    from colorfix import batch
    from colorfix.learning.options import choose_device

    writing = command.writing
    order = replace(order, decoder=batch.decoder_of(settings))
    index = None
    if plan.index is not None:
        from colorfix.batch.index import PageIndex

        index = PageIndex(plan.index, overwrite=writing.overwrite)
    targets = _targets(plan, command.pairing.target, order.max_pixels, watch=command.photos.watch)
    saver = None
    if writing.save_gains is not None:
        from colorfix.cli.commands.save_gains import saver_of

        saver = saver_of(command, writing.save_gains, settings, plan, gains_from)
    # a device that is missing is refused before anything starts
    choose_device(settings.device, problems=1, torch_needed=False)
    command.begin(plan)
    if gains_from != EACH:
        from colorfix.batch.shared_gains import learn_shared_gains

        order = replace(order, shared=learn_shared_gains(gains_from, plan.jobs, targets, order, settings))
    process = partial(batch.run_jobs, targets=targets, order=order, index=index)
    command.execute(plan, process, [] if saver is None else saver.listeners(order))


def _targets(plan: batch.Plan, target: str | None, max_pixels: int, *, watch: bool) -> LazyTargets:
    """Return the targets; one target for all is read now: if that fails, nothing is started."""
    from colorfix.batch.process.learn import LazyTargets

    one = () if target is None or not (plan.jobs or watch) else (target,)
    targets = LazyTargets(one or plan.targets, max_pixels)
    for name in one:
        targets[name]
    return targets
