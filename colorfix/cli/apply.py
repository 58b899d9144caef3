"""``colorfix apply``: gains that were kept, given to other photos; nothing is learned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from colorfix.cli import options  # noqa: TC001 - Typer reads the annotations when it runs
from colorfix.cli.asked import refuse_two_streams, sources_of
from colorfix.cli.talk import data_alone
from colorfix.core import defaults
from colorfix.core.errors import SettingError
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from colorfix.cli.planned import Run


def apply(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    look: options.Look,
    sources: options.Sources = None,
    output: options.Output = None,
    in_place: options.InPlace = False,  # noqa: FBT002 - a flag, as those below
    backup: options.Backup = False,  # noqa: FBT002
    backup_suffix: options.BackupSuffix = ".orig",
    recursive: options.Recursive = False,  # noqa: FBT002
    files_from: options.FilesFrom = None,
    null: options.Null = False,  # noqa: FBT002
    include: options.Include = None,
    exclude: options.Exclude = None,
    watch: options.Watch = False,  # noqa: FBT002
    dry_run: options.DryRun = False,  # noqa: FBT002
    max_pixels: options.MaxPixels = defaults.MAX_PIXELS,
    preserve: options.Preserve = False,  # noqa: FBT002
    strip: options.Strip = False,  # noqa: FBT002
    no_software_tag: options.NoTag = False,  # noqa: FBT002
    overwrite: options.Overwrite = False,  # noqa: FBT002
    quality: options.Quality = None,
    report: options.AppliedReport = None,
    reports: options.AppliedReports = False,  # noqa: FBT002
    jobs: options.Jobs = None,
    ray: options.Ray = None,
    memory: options.Memory = None,
    timeout: options.Timeout = defaults.TIMEOUT,
    redo: options.Redo = False,  # noqa: FBT002
    fail_fast: options.FailFast = False,  # noqa: FBT002
    verify: options.Verify = False,  # noqa: FBT002
    quiet: options.Quiet = False,  # noqa: FBT002
    as_json: options.Json = False,  # noqa: FBT002
    verbose: options.Verbose = False,  # noqa: FBT002
    debug: options.Debug = False,  # noqa: FBT002
) -> None:
    """Give photos the gains that 'colorfix correct --save-gains' kept.

    Nothing is measured and nothing learned: each photo is read, changed and written, as 'colorfix correct'
    would with these gains.

    Example: colorfix apply look.json shoot/ -r -o corrected/
    """
    one_thread()
    from colorfix import folder, photos  # noqa: PLC0415 - --help must not wait for NumPy and Pillow
    from colorfix import look as looks  # noqa: PLC0415
    from colorfix.cli.clustered import clustered  # noqa: PLC0415
    from colorfix.cli.errand import Errand, Talk, journal_of  # noqa: PLC0415

    with data_alone() as data:
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
        destination = folder.Destination(
            output,
            in_place=in_place,
            backup=backup,
            backup_suffix=backup_suffix,
            report=report,
            reports=reports or report is not None,
        )
        errand = Errand(
            chosen,
            folder.Pairing(look),
            destination,
            Talk(quiet, as_json, verbose, debug, data),
            watch=watch,
            dry_run=dry_run,
            as_large=quality is None,
            cluster=cluster,
        )
        kept = looks.read(look)
        plan = errand.planned(fail_fast=fail_fast)
        order = folder.Order(
            kept,
            folder.Writing(
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
            run = partial(folder.run, targets={}, order=order)
        else:
            run = cluster.run(plan, None, order, in_full=as_json or verbose)
        errand.begin(plan)
        errand.do(plan, run)


def _refuse_page(report: str | None) -> None:
    from colorfix.folder import is_page  # noqa: PLC0415 - likewise

    if is_page(report):
        raise SettingError("--report names a page, but nothing is learned that it could show; name it .json")
