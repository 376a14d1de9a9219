"""`mldebt`: check, baseline, explain, rules, graph, artifacts, report, cache, init, completion."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from mldebt import __version__
from mldebt.errors import MldebtError


def _cached(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the cache, joined to one argument `cache`: False, a folder, or True for the user's cache folder."""
    @click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
    @click.option("--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="Keep the cache below this folder.")
    @wraps(command)
    def joined(*, no_cache: bool, cache_dir: Path | None, **given: Any) -> Any:
        return command(cache=False if no_cache else cache_dir or True, **given)

    return joined

INTERRUPTED = 130  # as shells say it: 128 and the number of the signal

_COLOR = click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                      help="Colours: auto means on a terminal; NO_COLOR and FORCE_COLOR are honoured.")
_PROJECT = click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")

_SELECTION = (
    click.option("--select", multiple=True, metavar="RULES", help="Rules, families, prefixes, default or ALL, separated by commas."),
    click.option("--extend-select", multiple=True, metavar="RULES", help="Rules beside those of the settings."),
    click.option("--ignore", multiple=True, metavar="RULES", help="Rules to leave out."),
    click.option("--extend-ignore", multiple=True, metavar="RULES", help="Rules to leave out beside those of the settings."),
    click.option("--per-file-ignores", multiple=True, metavar="PATTERN:RULE", help="Rules to leave out in some files; !PATTERN: in all other files."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Paths to leave out, in the syntax of ignore files."),
    click.option("--extend-exclude", multiple=True, metavar="PATTERN", help="Paths to leave out beside those of the settings."),
    click.option("--force-exclude", is_flag=True, help="Leave out excluded files even when they are named."),
    click.option("--no-respect-gitignore", is_flag=True, help="Analyse files that ignore files name, too."),
    click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A settings file, or one setting as TOML."),
    click.option("--isolated", is_flag=True, help="Ignore settings files."),
    _PROJECT,
)


def _selecting(command: Callable[..., int]) -> Callable[..., None]:
    """Give a command the options that choose rules, files and settings, the latter joined to one argument `settings`; exit with the code that it returns."""
    @wraps(command)
    def joined(**given: Any) -> None:
        _run(lambda: command(settings=_settings(given), **given))

    for option in reversed(_SELECTION):
        joined = option(joined)
    return joined


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """Take the options that are settings out of those given, and return them by field of `Settings`."""
    names = ("select", "extend_select", "ignore", "extend_ignore", "exclude", "extend_exclude")
    words, pairs = {name: given.pop(name) for name in names}, given.pop("per_file_ignores")
    ignored = not given.pop("no_respect_gitignore")
    if not any(words.values()) and not pairs and ignored:
        return {}
    from mldebt.cli.chosen import per_file_ignores, words_of

    settings: dict[str, Any] = {name: words_of(some, f"--{name.replace('_', '-')}") for name, some in words.items() if some}
    if pairs:
        settings["per_file_ignores"] = per_file_ignores(pairs)
    if not ignored:
        settings["respect_gitignore"] = False
    return settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mldebt")
def main() -> None:
    """The linter for machine-learning technical debt."""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_selecting
@click.option("--output-format", "output_formats", multiple=True, metavar="FORMAT[:FILE]",
              help="full (default), concise, json, jsonl, sarif, github, gitlab, junit, html or markdown; several are allowed, each may name a file.")
@click.option("--output-file", "-o", default="", metavar="FILE", help="Write the report to this file.")
@_COLOR
@click.option("--fail-on", type=click.Choice(["info", "warning", "error"]), help="The least severity that makes the exit code 1 (default: warning).")
@click.option("--exit-zero", "-e", is_flag=True, help="Exit 0 even with findings.")
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="The accepted findings (default: .mldebt-baseline.json at the root, if it is there).")
@click.option("--no-baseline", is_flag=True, help="Report accepted findings, too.")
@click.option("--since", metavar="REV", help="Report only what is not there at REV already: a commit, branch or tag, or REV... for where HEAD left it.")
@click.option("--statistics", is_flag=True, help="Show how many findings each rule has, in place of the findings.")
@click.option("--show-files", is_flag=True, help="List the files that would be analysed, each with its kind, then stop.")
@click.option("--show-settings", is_flag=True, help="Print the root, why it is that, and the settings, then stop.")
@click.option("--show-timings", is_flag=True, help="Print the seconds of each phase and the interpreter's counters.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings and errors, nothing else.")
@click.option("--verbose", "-v", is_flag=True, help="Say which root, settings, rules and files were used.")
@click.option("--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Worker processes; 0: one a core.")
@_cached
def check(**given: Any) -> int:
    """Report the debts of the project that PATHS lie in.

    The whole project is analysed; PATHS choose what is reported. Exit codes: 0 clean, 1 findings, 2 wrong usage or settings, 3 internal error.
    """
    from mldebt.cli.check import Options, run_check

    if given["quiet"] and given["verbose"]:
        raise click.UsageError("--quiet and --verbose exclude each other")
    if given["baseline"] and given["no_baseline"]:
        raise click.UsageError("--baseline and --no-baseline exclude each other")
    if level := given.pop("fail_on"):
        given["settings"]["fail_on"] = level
    return run_check(Options(**given))


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_selecting
@click.option("--output-format", "output_formats", multiple=True, metavar="FORMAT[:FILE]",
              help="text (default), markdown or html; several are allowed, each may name a file.")
@click.option("--output-file", "-o", default="", metavar="FILE", help="Write the report to this file.")
@_COLOR
@click.option("--quiet", "-q", is_flag=True, help="Print the report, nothing else.")
@click.option("--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Worker processes; 0: one a core.")
@_cached
def report(**given: Any) -> int:
    """Report the debt of the project that PATHS lie in as a whole.

    Debt by category of the paper, what to do next, the worst components, every artefact; in html with the data-dependency graph drawn. PATHS choose what the
    report is about. Exit codes: 0, 2 wrong usage or settings, 3 internal error; `mldebt check` is the one that fails on findings.
    """
    from mldebt.cli.report import ReportOptions, run_report

    return run_report(ReportOptions(**given))


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_selecting
@click.option("--prune", is_flag=True, help="Only take out what is not found any more or has expired; accept nothing new.")
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The file (default: .mldebt-baseline.json at the root).")
@click.option("--quiet", "-q", is_flag=True, help="Print errors, nothing else.")
@click.option("--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Worker processes; 0: one a core.")
@_cached
def baseline(**given: Any) -> int:
    """Accept the findings of today, so that `mldebt check` reports only new ones.

    They are written to a file that belongs into version control. Each entry may be given a "reason" and a day on which it "expires"; both stay when the file
    is written again. PATHS choose whose findings are accepted. Exit codes: 0, 2 wrong usage or settings, 3 internal error.
    """
    from mldebt.cli.accepted import BaselineOptions, run_baseline

    return run_baseline(BaselineOptions(**given))


@main.command()
@click.argument("rule")
@_PROJECT
@_COLOR
def explain(rule: str, project: Path | None, color: str) -> None:
    """Print the card of RULE, by code or name, or list the rules of a family."""
    from mldebt.cli.catalogue import explanation

    _run(lambda: explanation(rule, project, color))


@main.command()
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text", help="How the list is written.")
@_PROJECT
@_COLOR
def rules(form: str, project: Path | None, color: str) -> None:
    """List the rules: code, name, severity, tier, family."""
    from mldebt.cli.catalogue import rules_list

    _run(lambda: rules_list(form, project, color))


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["json", "dot", "mermaid", "graphml", "svg", "html"]), default="json", help="How the graph is written.")
@click.option("--focus", default="", metavar="NODE", help="Only the cone of this node (its id, or a unique end of it).")
@click.option("--upstream", is_flag=True, help="With --focus: what the node depends on.")
@click.option("--downstream", is_flag=True, help="With --focus: what depends on the node.")
@click.option("--kind", "kinds", default="", metavar="KINDS", help="Only nodes of these kinds, separated by commas: dataset, model, entry-point, step.")
@_PROJECT
@click.option("--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@_cached
def graph(
    paths: tuple[Path, ...], form: str, focus: str, upstream: bool, downstream: bool, kinds: str, project: Path | None, output_file: Path | None,
    cache: Path | bool,
) -> None:
    """Print the data-dependency graph of a project, or of the parts that PATHS name."""
    from mldebt.cli.graph import Part, run_graph

    _print(lambda: run_graph(paths, project, form, Part(focus, upstream, downstream, kinds), output_file, cache), exact=True)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--undeclared", is_flag=True, help="Only artefacts that nothing declares.")
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text", help="How the table is written.")
@click.option("--write", is_flag=True, help="Print declarations for the undeclared artefacts that go from program to program; no file is changed.")
@_PROJECT
@_cached
def artifacts(paths: tuple[Path, ...], undeclared: bool, form: str, write: bool, project: Path | None, cache: Path | bool) -> None:
    """List every artefact: where it is, its producers and consumers, declared or not, tracked or not."""
    from mldebt.cli.artifacts import run_artifacts

    _print(lambda: run_artifacts(paths, project, form, undeclared, write, cache), exact=form == "json")


@main.command()
@click.option("--info", is_flag=True, help="Print where the cache is, how many entries it has and how big it is (the default).")
@click.option("--clear", is_flag=True, help="Empty it.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="The project's root.")
@click.option("--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="Where `check --cache-dir` keeps it.")
def cache(info: bool, clear: bool, project: Path | None, cache_dir: Path | None) -> None:
    """Show or empty the cache of one project: the facts of its files, and what was found where nothing changed since."""
    from mldebt.cli.cache import run_cache

    if info and clear:
        raise click.UsageError("--info and --clear exclude each other")
    _print(lambda: run_cache(project, cache_dir, clear))


@main.command()
@_PROJECT
@click.option("--yes", "-y", is_flag=True, help="Ask nothing, as where there is no terminal.")
def init(project: Path | None, yes: bool) -> None:
    """Write settings, a hook and a CI job to start from; files that exist are left as they are."""
    from mldebt.cli.init import run_init

    _print(lambda: run_init(project, False if yes else None))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion of a shell: `source <(mldebt completion bash)`, or keep it where the shell looks."""
    from mldebt.cli.init import completion as printed

    _run(lambda: printed(shell))


def _print(make: Callable[[], str], exact: bool = False) -> None:
    """Print a text, or the error that making it raised; `exact` as in `screen.write`."""
    def printed() -> int:
        from mldebt.cli.screen import write

        write(make(), exact=exact)
        return 0

    _run(printed)


def _run(command: Callable[[], int]) -> None:
    """Exit with the code that a command returns, or that the error it raises stands for."""
    try:
        code = command()
        if sys.stdout is not None:
            sys.stdout.flush()
    except MldebtError as error:
        from mldebt.cli.screen import failed

        code = failed(error)
    except KeyboardInterrupt:
        click.echo("mldebt: interrupted", err=True)
        code = INTERRUPTED
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise  # usage errors and exits are click's own
    except BrokenPipeError:
        raise  # who reads has enough: click ends the process
    except OSError as error:
        from mldebt.cli.screen import crashed, say

        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT) or error.filename is not None:
            sys.exit(crashed(error))
        say(f"cannot write to standard output: {error.strerror}")
        os._exit(2)  # at its end Python would try to write the rest once more
    except Exception as error:  # an exit code of its own: 1 means findings
        from mldebt.cli.screen import crashed

        code = crashed(error)
    sys.exit(code)
