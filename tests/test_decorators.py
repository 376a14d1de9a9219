"""Decorators of the project's own: what is called is what they make of a function."""

from pathlib import Path

from test_flow import names, run


def test_the_wrapper_runs_and_runs_what_it_wraps(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import functools
import pandas as pd
def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **options):
        pd.read_csv("wrapper.csv")
        return function(*args, **options)
    return wrapper
def at(folder):
    def decorate(function):
        def wrapper(name):
            return function(folder + "/" + name)
        return wrapper
    return decorate
@logged
def outer(path):
    return inner(path, suffix=".csv")
@logged
def inner(path, suffix):
    return pd.read_csv(path + suffix)
@at("data")
def placed(path):
    return pd.read_csv(path)
class Source:
    @logged
    def load(self, path):
        return pd.read_csv(path)
    @property
    def name(self):
        return "property.csv"
outer("inner")
placed("placed.csv")
Source().load("method.csv")
pd.read_csv(Source().name)
""")
    assert names(flow) == {"wrapper.csv", "inner.csv", "placed.csv", "method.csv", "property.csv"}
