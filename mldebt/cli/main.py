"""`mldebt`: check, explain, rules, graph, artifacts, cache."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from mldebt import __version__
from mldebt.errors import InternalError, MldebtError


def _cached(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the cache, joined to one argument `cache`: False, a folder, or True for the user's cache folder."""
    @click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of facts.")
    @click.option("--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="Keep the cache below this folder.")
    @wraps(command)
    def joined(*, no_cache: bool, cache_dir: Path | None, **given: Any) -> None:
        command(cache=False if no_cache else cache_dir or True, **given)

    return joined


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mldebt")
def main() -> None:
    """The linter for machine-learning technical debt."""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", help="Rules, families, prefixes, default or ALL, separated by commas.")
@click.option("--extend-select", help="Rules beside those of the settings.")
@click.option("--ignore", help="Rules to leave out.")
@click.option("--extend-ignore", help="Rules to leave out beside those of the settings.")
@click.option("--exclude", multiple=True, help="Paths to leave out, in the syntax of ignore files.")
@click.option("--extend-exclude", multiple=True, help="Paths to leave out beside those of the settings.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even when they are named.")
@click.option("--no-respect-gitignore", is_flag=True, help="Analyse files that ignore files name, too.")
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A settings file, or one setting.")
@click.option("--isolated", is_flag=True, help="Ignore settings files.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")
@click.option("--output-format", "output_formats", multiple=True, metavar="FORMAT[:FILE]",
              help="full (default), concise, json, jsonl, sarif or github; several are allowed, each may name a file.")
@click.option("--fail-on", type=click.Choice(["info", "warning", "error"]), help="The least severity that makes the exit code 1 (default: warning).")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even with findings.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--show-settings", is_flag=True, help="Print the root and the settings, then stop.")
@click.option("--show-timings", is_flag=True, help="Print the seconds of each phase and the interpreter's counters.")
@click.option("--quiet", "-q", is_flag=True, help="Print no findings unless a format is asked for.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Worker processes; 0: one a core.")
@_cached
def check(
    paths: tuple[Path, ...], config: tuple[str, ...], isolated: bool, project: Path | None, output_formats: tuple[str, ...], exit_zero: bool,
    statistics: bool, show_settings: bool, show_timings: bool, quiet: bool, jobs: int, no_respect_gitignore: bool,
    force_exclude: bool, cache: Path | bool, **given: str | tuple[str, ...] | None,
) -> None:
    """Report the debts of the project that PATHS lie in."""
    from mldebt.cli.check import Options, run_check

    settings = {name: _words(name, value) for name, value in given.items() if value}
    if no_respect_gitignore:
        settings["respect_gitignore"] = False
    options = Options(paths, settings, project, isolated, config, output_formats, exit_zero, show_timings, show_settings, statistics, quiet, jobs,
                      force_exclude, cache)
    try:
        sys.exit(run_check(options))
    except MldebtError as error:
        _stop(error)


def _words(name: str, value: str | tuple[str, ...] | None) -> object:
    """Return an option's value as the settings hold it: lists of rules are separated by commas."""
    if name == "fail_on" or not isinstance(value, str):
        return value
    return tuple(word.strip() for word in value.split(",") if word.strip())


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Print the card of RULE, by code or name."""
    from mldebt.cli.catalogue import card_text

    _print(lambda: card_text(rule))


@main.command()
def rules() -> None:
    """List the rules: code, name, severity, tier, family."""
    from mldebt.cli.catalogue import rules_text

    click.echo(rules_text(), nl=False)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["json", "dot", "mermaid", "graphml", "svg"]), default="json", help="How the graph is written.")
@click.option("--focus", default="", metavar="NODE", help="Only the cone of this node (its id, or a unique end of it).")
@click.option("--upstream", is_flag=True, help="With --focus: what the node depends on.")
@click.option("--downstream", is_flag=True, help="With --focus: what depends on the node.")
@click.option("--kind", "kinds", default="", metavar="KINDS", help="Only nodes of these kinds, separated by commas: dataset, model, entry-point, step.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")
@click.option("--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@_cached
def graph(
    paths: tuple[Path, ...], form: str, focus: str, upstream: bool, downstream: bool, kinds: str, project: Path | None, output_file: Path | None,
    cache: Path | bool,
) -> None:
    """Print the data-dependency graph of a project, or of the parts that PATHS name."""
    from mldebt.cli.graph import Part, run_graph

    _print(lambda: run_graph(paths, project, form, Part(focus, upstream, downstream, kinds), output_file, cache))


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--undeclared", is_flag=True, help="Only artefacts that nothing declares.")
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text", help="How the table is written.")
@click.option("--write", is_flag=True, help="Print declarations for the undeclared artefacts that go from program to program; no file is changed.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")
@_cached
def artifacts(paths: tuple[Path, ...], undeclared: bool, form: str, write: bool, project: Path | None, cache: Path | bool) -> None:
    """List every artefact: where it is, its producers and consumers, declared or not, tracked or not."""
    from mldebt.cli.artifacts import run_artifacts

    _print(lambda: run_artifacts(paths, project, form, undeclared, write, cache))


@main.command()
@click.option("--info", is_flag=True, help="Print where the cache is, how many entries it has and how big it is (the default).")
@click.option("--clear", is_flag=True, help="Empty it.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")
@click.option("--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="Where `check --cache-dir` keeps it.")
def cache(info: bool, clear: bool, project: Path | None, cache_dir: Path | None) -> None:
    """Show or empty the cache of facts of one project."""
    from mldebt.cli.cache import run_cache

    if info and clear:
        raise click.UsageError("--info and --clear exclude each other")
    _print(lambda: run_cache(project, cache_dir, clear))


def _print(make: Callable[[], str]) -> None:
    """Print a text, or the error that making it raised."""
    try:
        click.echo(make(), nl=False)
    except MldebtError as error:
        _stop(error)


def _stop(error: MldebtError) -> None:
    """Print an error and exit: 3 when the fault is the program's own, else 2."""
    click.echo("\n".join(f"mldebt: {line}" for line in str(error).splitlines()), err=True)
    sys.exit(3 if isinstance(error, InternalError) else 2)
