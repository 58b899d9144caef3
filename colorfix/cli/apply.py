"""``colorfix apply``: gains that were kept, given to other photos; nothing is learned."""

from __future__ import annotations

import typer

from colorfix import choices
from colorfix.cli import options  # noqa: TC001 - Typer reads the annotations when it runs
from colorfix.cli.asked import refuse_two_streams, sources_of
from colorfix.cli.talk import data_alone
from colorfix.cli.threads import one_thread


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
    dry_run: options.DryRun = False,  # noqa: FBT002
    max_pixels: options.MaxPixels = choices.MAX_PIXELS,
    preserve: options.Preserve = False,  # noqa: FBT002
    strip: options.Strip = False,  # noqa: FBT002
    no_software_tag: options.NoTag = False,  # noqa: FBT002
    overwrite: options.Overwrite = False,  # noqa: FBT002
    quality: options.Quality = None,
    reports: options.AppliedReports = False,  # noqa: FBT002
    jobs: options.Jobs = None,
    memory: options.Memory = None,
    timeout: options.Timeout = choices.TIMEOUT,
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
    from colorfix.cli.outcomes import Teller  # noqa: PLC0415
    from colorfix.cli.planned import print_plan, tell_plan  # noqa: PLC0415
    from colorfix.settings import Settings  # noqa: PLC0415

    with data_alone() as data:
        refuse_two_streams([look, *(sources or ()), files_from], output, as_json=as_json)
        chosen = sources_of(
            sources,
            recursive=recursive,
            files_from=files_from,
            null=null,
            include=include,
            exclude=exclude,
        )
        destination = folder.Destination(
            output, in_place=in_place, backup=backup, backup_suffix=backup_suffix, reports=reports
        )
        kept = looks.read(look)
        plan = folder.plan(chosen, folder.Pairing(look), destination, as_large=quality is None)
        tell_plan(plan, quiet=quiet, debug=debug)
        if dry_run:
            print_plan(plan, data, as_json=as_json)
            raise typer.Exit(1 if plan.troubles else 0)
        folder.make_folders(plan)
        writing = folder.Writing(
            overwrite=overwrite,
            photo=photos.Writing(quality=quality, strip=strip),
            preserve=preserve,
            tag=not no_software_tag,
            verify=verify,
        )
        order = folder.Order(
            Settings(),
            writing,
            max_pixels,
            look=kept,
            workers=jobs,
            memory=memory,
            timeout=timeout,
            fail_fast=fail_fast,
            redo=redo,
            journal=None if plan.root is None else folder.journal_in(plan.root),
        )
        with Teller(
            quiet=quiet,
            as_json=as_json,
            verbose=verbose,
            debug=debug,
            photos=len(plan.jobs),
            data=data,
            results=plan.root,
        ) as teller:
            teller.follow(folder.run(plan.jobs, {}, order))
    if teller.bad or plan.troubles:
        raise typer.Exit(1)
