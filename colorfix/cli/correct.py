"""``colorfix correct``: photos in, corrected photos and loss reports out."""

from __future__ import annotations

import typer

from colorfix import choices
from colorfix.cli import options  # noqa: TC001 - Typer reads the annotations when it runs
from colorfix.cli.talk import data_alone


def correct(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    sources: options.Sources,
    target: options.Target,
    output: options.Output,
    regularizer: options.Regularizers = None,
    preset: options.Preset = "default",
    match: options.Match = "mean",
    space: options.Space = "linear",
    exposure: options.Exposure = "keep",
    strength: options.Strength = 1.0,
    optimizer: options.Optimizer = "hill-adam",
    exploration: options.Exploration = "paper",
    model: options.Model = "gains",
    steps: options.Steps = choices.STEPS,
    starts: options.Starts = "several",
    alternative: options.Alternative = 1,
    certify: options.Certify = False,  # noqa: FBT002
    lr: options.Lr = choices.LR,
    delta: options.Delta = choices.DELTA,
    gamma: options.Gamma = choices.GAMMA,
    seed: options.Seed = 0,
    device: options.Device = "auto",
    overwrite: options.Overwrite = False,  # noqa: FBT002 - a flag, as those below
    quality: options.Quality = None,
    report: options.Report = None,
    no_report: options.NoReport = False,  # noqa: FBT002
    trace: options.Trace = "thin",
    quiet: options.Quiet = False,  # noqa: FBT002
    as_json: options.Json = False,  # noqa: FBT002
    verbose: options.Verbose = False,  # noqa: FBT002
    debug: options.Debug = False,  # noqa: FBT002
) -> None:
    """Correct photos, guided by a target.

    Learns one gain per channel so that the channel means match the target's, held back by regularizers
    from turning the photo blue, and writes the corrected photo and a loss report.

    Example: colorfix correct amber.jpg --target guide.jpg -o corrected.jpg
    """
    from colorfix import folder, photos  # noqa: PLC0415 - --help must not wait for NumPy and Pillow
    from colorfix.cli.outcomes import Teller  # noqa: PLC0415
    from colorfix.learning.devices import choose  # noqa: PLC0415
    from colorfix.learning.optimizers import Optimizer  # noqa: PLC0415
    from colorfix.plugins import choose_regularizers  # noqa: PLC0415
    from colorfix.settings import Settings  # noqa: PLC0415
    from colorfix.targets import target_of  # noqa: PLC0415

    with data_alone() as data:
        settings = Settings(
            regularizers=choose_regularizers(*(regularizer or []), preset=preset),
            match=match,
            space=space,
            exposure=exposure,
            strength=strength,
            model=model,
            optimizer=Optimizer(optimizer, lr, delta, gamma, seed=seed, exploration=exploration),
            steps=steps,
            starts=starts,
            alternative=alternative,
            certify=certify,
            seed=seed,
            device=device,
        )
        jobs = folder.plan([str(source) for source in sources], output, report=report, reports=not no_report)
        teller = Teller(
            quiet=quiet, as_json=as_json, verbose=verbose, debug=debug, photos=len(jobs), data=data
        )
        guide = target_of(target)
        choose(settings.device, problems=1, torch_needed=False)  # a device that is not there starts nothing
        folder.make_folder(jobs, output)
        writing = folder.Writing(overwrite=overwrite, photo=photos.Writing(quality=quality), trace=trace)
        for outcome in folder.run(jobs, guide, settings, writing):
            teller.tell(outcome)
    if teller.failed:
        raise typer.Exit(1)
