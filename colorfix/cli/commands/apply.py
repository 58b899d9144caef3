"""``colorfix apply``: the gains of a look, applied to other photos; nothing is learned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from colorfix.cli import options
from colorfix.cli.conflicts import given, refuse_conflicts, refuse_two_pipes
from colorfix.cli.option_groups import Only, grouped
from colorfix.cli.output import stdout_for_data
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from colorfix.cli.ray import Run


@grouped
def apply(
    *,
    look: options.Look,
    sources: options.Sources = None,
    photos: options.PhotoOptions,
    pixels: Annotated[options.PixelOptions, Only("warmer", "cooler", "max_pixels")],
    writing: Annotated[
        options.WritingOptions,
        Only("preserve", "strip", "no_software_tag", "overwrite", "allow_loss", "quality"),
    ],
    reports: options.AppliedReportOptions,
    run: options.RunOptions,
    output: options.OutputOptions,
) -> None:
    """Give photos the gains that 'colorfix correct --save-gains' kept.

    Nothing is measured and nothing learned: each photo is read, changed and written, as 'colorfix correct'
    would with these gains.

    Example: colorfix apply look.json shoot/ -r -o corrected/
    """
    one_thread()
    from colorfix import batch
    from colorfix.cli.batch import BatchCommand, destination_of
    from colorfix.cli.ray import cluster_of
    from colorfix.looks import look as looks

    with stdout_for_data() as data:
        names = sources or []
        refuse_conflicts({"LOOK"} | given(photos, pixels, reports, run, output, sources=names))
        refuse_two_pipes([look, *names, photos.files_from])
        command = BatchCommand(
            names,
            batch.Pairing(look),
            destination_of(
                photos, report=reports.report, reports=reports.reports or reports.report is not None
            ),
            photos,
            run,
            writing,
            output,
            data,
            cluster_of(run.ray, [*names, photos.output], photos.files_from, output),
        )
        applied = looks.read_look(look).warmed(pixels.warmer - pixels.cooler)
        plan = command.plan()
        order = command.order(plan, applied, max_pixels=pixels.max_pixels)
        process: Run
        if command.cluster is None:
            process = partial(batch.run_jobs, targets={}, order=order)
        else:
            process = command.cluster.run(plan, None, order, in_full=output.json or output.verbose)
        command.begin(plan)
        command.execute(plan, process)
