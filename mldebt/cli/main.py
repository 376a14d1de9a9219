"""`mldebt`: check, explain, rules."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mldebt import __version__
from mldebt.errors import MldebtError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mldebt")
def main() -> None:
    """The linter for machine-learning technical debt."""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", "chosen", default="default", help="Rules, families, prefixes, default or ALL, separated by commas.")
@click.option("--ignore", "ignored", default="", help="Rules to leave out.")
@click.option("--exclude", multiple=True, help="Paths to leave out, in the syntax of ignore files.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")
@click.option("--isolated", is_flag=True, help="Ignore settings files (none are read yet).")
@click.option("--output-format", "output_formats", multiple=True, metavar="FORMAT[:FILE]",
              help="full (default), concise, json, jsonl, sarif or github; several are allowed, each may name a file.")
@click.option("--fail-on", type=click.Choice(["info", "warning", "error"]), default="warning")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with findings.")
@click.option("--show-timings", is_flag=True, help="Print the seconds of each phase and the interpreter's counters.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Worker processes; 0: one a core.")
def check(
    paths: tuple[Path, ...], chosen: str, ignored: str, exclude: tuple[str, ...], project: Path | None, isolated: bool, output_formats: tuple[str, ...],
    fail_on: str, exit_zero: bool, show_timings: bool, jobs: int,
) -> None:
    """Report the debts of the project that PATHS lie in."""
    from mldebt.cli.check import run_check

    try:
        sys.exit(run_check(paths, chosen, ignored, exclude, project, output_formats, fail_on, exit_zero, show_timings, jobs))
    except MldebtError as error:
        click.echo(f"mldebt: {error}", err=True)
        sys.exit(2)


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Print the card of RULE, by code or name."""
    from mldebt.cli.catalogue import card_text

    try:
        click.echo(card_text(rule), nl=False)
    except MldebtError as error:
        click.echo(f"mldebt: {error}", err=True)
        sys.exit(2)


@main.command()
def rules() -> None:
    """List the rules: code, name, severity, tier, family."""
    from mldebt.cli.catalogue import rules_text

    click.echo(rules_text(), nl=False)
