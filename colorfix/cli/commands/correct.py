"""``colorfix correct``: photos in, corrected photos and loss reports out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path  # noqa: TC003 - Typer reads the annotations when it runs
from typing import TYPE_CHECKING

from colorfix.cli import loss_options, options  # noqa: TC001 - Typer reads the annotations when it runs
from colorfix.cli.conflicts import refuse_two_streams, sources_of
from colorfix.cli.output import stdout_for_data
from colorfix.core import defaults
from colorfix.core.errors import SettingError
from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from colorfix.batch import Plan
    from colorfix.batch.process.targets import LazyTargets
    from colorfix.photos import Selection


def correct(
    sources: options.Sources = None,
    target: loss_options.Target = None,
    target_for: loss_options.TargetFor = None,
    pairs: loss_options.Pairs = None,
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
    regularizer: loss_options.Regularizers = None,
    preset: loss_options.Preset = "default",
    match: loss_options.Match = "mean",
    space: loss_options.Space = "linear",
    exposure: loss_options.Exposure = "keep",
    strength: loss_options.Strength = 1.0,
    optimizer: loss_options.Optimizer = "hill-adam",
    exploration: loss_options.Exploration = "paper",
    model: loss_options.Model = "gains",
    steps: loss_options.Steps = defaults.STEPS,
    patience: loss_options.Patience = None,
    gains_from: loss_options.GainsFrom = defaults.EACH,
    starts: loss_options.Starts = "several",
    alternative: loss_options.Alternative = 1,
    certify: loss_options.Certify = False,
    lr: loss_options.Lr = defaults.LR,
    delta: loss_options.Delta = defaults.DELTA,
    gamma: loss_options.Gamma = defaults.GAMMA,
    seed: loss_options.Seed = 0,
    device: loss_options.Device = "auto",
    highlights: options.Highlights = "protect",
    dither: options.Dither = False,
    region: options.Box = None,
    mask: options.Mask = None,
    only_region: options.OnlyRegion = False,
    ignore_clipped: options.IgnoreClipped = False,
    max_pixels: options.MaxPixels = defaults.MAX_PIXELS,
    preserve: options.Preserve = False,
    strip: options.Strip = False,
    save_gains: options.SaveGains = None,
    no_software_tag: options.NoTag = False,
    overwrite: options.Overwrite = False,
    quality: options.Quality = None,
    check: options.Check = False,
    threshold: options.Threshold = defaults.THRESHOLD,
    report: options.Report = None,
    html: options.Html = None,
    no_report: options.NoReport = False,
    reports: options.Reports = False,
    trace: options.Trace = "thin",
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
    """Correct photos, guided by a target.

    Learns one gain per channel so that the channel means match the target's, held back by regularizers
    from turning the photo blue, and writes the corrected photo and a loss report.

    Example: colorfix correct amber.jpg --target guide.jpg -o corrected.jpg
    """
    one_thread()
    from colorfix import batch, photos
    from colorfix.batch.shared_gains import learn_shared_gains
    from colorfix.cli.batch import BatchCommand, Talk, journal_of
    from colorfix.cli.plan_output import index_at, wanted_files
    from colorfix.cli.ray import clustered
    from colorfix.correction.settings import Settings
    from colorfix.learning.options import (
        Optimizer,
        choose_device,
    )
    from colorfix.regularizers.plugins import choose_regularizers

    with stdout_for_data() as data:
        settings = Settings(
            regularizers=choose_regularizers(*(regularizer or []), preset=preset),
            match=match,
            space=space,
            exposure=exposure,
            strength=strength,
            model=model,
            optimizer=Optimizer(optimizer, lr, delta, gamma, seed=seed, exploration=exploration),
            steps=steps,
            patience=patience,
            starts=starts,
            alternative=alternative,
            certify=certify,
            seed=seed,
            device=device,
            highlights=highlights,
            dither=dither,
            selection=_selection(region, mask, unclipped=ignore_clipped, max_pixels=max_pixels),
            only_region=only_region,
        )
        inputs = [*(sources or ()), target, files_from, pairs, mask]
        refuse_two_streams(inputs, output, as_json=as_json, kept=save_gains)
        if save_gains is not None and (check or watch):
            raise SettingError("--save-gains keeps what a run has corrected; leave out --check and --watch")
        cluster = clustered(
            ray,
            [*(sources or ()), target, output],
            files_from,
            {
                "--target-for": target_for is not None,
                "--pairs": pairs is not None,
                "--in-place": in_place,
                "--watch": watch,
                "--check": check,
                "--html": html is not None or batch.is_page(report),
                "--gains-from": gains_from != defaults.EACH,
                "--save-gains": save_gains is not None,
                "--device": device not in {"auto", "cpu"},
            },
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
            **wanted_files(report, html, none=no_report, each=reports),
            nowhere=check,
        )
        errand = BatchCommand(
            chosen,
            batch.Pairing(target, target_for, pairs),
            destination,
            Talk(quiet, as_json, verbose, debug, data),
            watch=watch,
            dry_run=dry_run,
            as_large=quality is None,
            cluster=cluster,
        )
        plan = errand.planned(fail_fast=fail_fast, gains_from=gains_from)
        order = batch.Order(
            settings,
            batch.Writing(
                overwrite=overwrite,
                photo=photos.Writing(quality=quality, strip=strip),
                trace=trace,
                preserve=preserve,
                tag=not no_software_tag,
                verify=verify,
            ),
            max_pixels,
            threshold=threshold if check else None,
            workers=jobs,
            memory=memory,
            timeout=timeout,
            fail_fast=fail_fast,
            redo=redo,
            journal=journal_of(plan),
            decoder=batch.decoder_of(settings),
        )
        if cluster is not None:
            run = cluster.run(plan, target, order, in_full=as_json or verbose)
            errand.begin(plan)
            errand.do(plan, run)
            return
        index = index_at(plan.index, overwrite=overwrite)
        guides = _guides(plan, target, max_pixels, watched=watch)
        saver = None
        if save_gains is not None:
            from colorfix.cli.commands.save_gains import saver_of

            saver = saver_of(save_gains, settings, plan, gains_from, overwrite=overwrite, talk=errand.talk)
        # a device that is missing is refused before anything starts
        choose_device(settings.device, problems=1, torch_needed=False)
        errand.begin(plan)
        order = replace(order, shared=learn_shared_gains(gains_from, plan.jobs, guides, order, settings))
        run = partial(batch.run_jobs, targets=guides, order=order, index=index)
        errand.do(plan, run, [] if saver is None else saver.listeners(order))


def _guides(plan: Plan, target: str | None, max_pixels: int, *, watched: bool) -> LazyTargets:
    """Return what guides the photos; one target for all is read now: if that fails, nothing is started."""
    from colorfix.batch.process.targets import LazyTargets

    one = () if target is None or not (plan.jobs or watched) else (target,)
    guides = LazyTargets(one or plan.targets, max_pixels)
    for name in one:
        guides[name]
    return guides


def _selection(region: str | None, mask: Path | None, *, unclipped: bool, max_pixels: int) -> Selection:
    """Which pixels count, as the options say."""
    from colorfix import photos

    if region is not None and mask is not None:
        raise SettingError("--region and --mask cannot both be; paint the region into the mask")
    where: photos.Region | None
    if mask is not None:
        where = photos.Region.of_mask(photos.read(mask, max_pixels=max_pixels))
    else:
        where = None if region is None else photos.Region.of_box(region)
    return photos.Selection(where, unclipped=unclipped) if where or unclipped else photos.EVERYTHING
