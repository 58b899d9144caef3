"""``colorfix apply``: gains that were kept, given to other photos; nothing is learned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from colorfix.cli import options  # noqa: TC001 - Typer reads the annotations when it runs
from colorfix.cli.conflicts import refuse_two_streams, sources_of
from colorfix.cli.output import stdout_for_data
from colorfix.core import defaults
from colorfix.core.errors import SettingError
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from colorfix.cli.plan_output import Run


def apply(
    look: options.Look,
    sources: options.Sources = None,
    output: options.Output = None,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    backup_suffix: options.BackupSuffix = ".orig",
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    null: options.Null = False,
    include: options.Include = None,
    exclude: options.Exclude = None,
    watch: options.Watch = False,
    dry_run: options.DryRun = False,
    max_pixels: options.MaxPixels = defaults.MAX_PIXELS,
    preserve: options.Preserve = False,
    strip: options.Strip = False,
    no_software_tag: options.NoTag = False,
    overwrite: options.Overwrite = False,
    quality: options.Quality = None,
    report: options.AppliedReport = None,
    reports: options.AppliedReports = False,
    jobs: options.Jobs = None,
    ray: options.Ray = None,
    memory: options.Memory = None,
    timeout: options.Timeout = defaults.TIMEOUT,
    redo: options.Redo = False,
    fail_fast: options.FailFast = False,
    verify: options.Verify = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,
) -> None:
    """Give photos the gains that 'colorfix correct --save-gains' kept.

    Nothing is measured and nothing learned: each photo is read, changed and written, as 'colorfix correct'
    would with these gains.

    Example: colorfix apply look.json shoot/ -r -o corrected/
    """
    one_thread()
    from colorfix import batch, photos
    from colorfix.cli.batch import BatchCommand, Talk, journal_of
    from colorfix.cli.ray import clustered
    from colorfix.looks import look as looks

    with stdout_for_data() as data:
        refuse_two_streams([look, *(sources or ()), files_from], output, as_json=as_json)
        _refuse_page(report)
        cluster = clustered(
            ray,
            [*(sources or ()), output],
            files_from,
            {"--in-place": in_place, "--watch": watch},
            talking=verbose or debug,
        )
        chosen = sources_of(
            sources,
            recursive=recursive,
            files_from=files_from,
            null=null,
            include=include,
            exclude=exclude,
        )
        destination = batch.Destination(
            output,
            in_place=in_place,
            backup=backup,
            backup_suffix=backup_suffix,
            report=report,
            reports=reports or report is not None,
        )
        errand = BatchCommand(
            chosen,
            batch.Pairing(look),
            destination,
            Talk(quiet, as_json, verbose, debug, data),
            watch=watch,
            dry_run=dry_run,
            as_large=quality is None,
            cluster=cluster,
        )
        kept = looks.read_look(look)
        plan = errand.planned(fail_fast=fail_fast)
        order = batch.Order(
            kept,
            batch.Writing(
                overwrite=overwrite,
                photo=photos.Writing(quality=quality, strip=strip),
                preserve=preserve,
                tag=not no_software_tag,
                verify=verify,
            ),
            max_pixels,
            workers=jobs,
            memory=memory,
            timeout=timeout,
            fail_fast=fail_fast,
            redo=redo,
            journal=journal_of(plan),
        )
        run: Run
        if cluster is None:
            run = partial(batch.run_jobs, targets={}, order=order)
        else:
            run = cluster.run(plan, None, order, in_full=as_json or verbose)
        errand.begin(plan)
        errand.do(plan, run)


def _refuse_page(report: str | None) -> None:
    from colorfix.batch import is_page

    if is_page(report):
        raise SettingError("--report names a page, but nothing is learned that it could show; name it .json")
