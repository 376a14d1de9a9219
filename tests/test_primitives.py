"""What library calls compute: texts, paths and containers, seen in the names that a program reads."""

from pathlib import Path

import pytest
from test_flow import run, touched

CASES = {
    "split": ("read('x/a.csv'.split('/')[1])", {"a.csv"}),
    "rsplit": ("read('data/a.csv'.rsplit('.', 1)[0] + '.txt')", {"data/a.txt"}),
    "partition": ("head, _, tail = 'a:b.csv'.partition(':'); read(tail)", {"b.csv"}),
    "removesuffix": ("read('a.csv.gz'.removesuffix('.gz'))", {"a.csv"}),
    "removesuffix of a pattern": ("read(f'out/{name()}.csv.gz'.removesuffix('.gz'))", {"out/{…}.csv"}),
    "zfill": ("read('7'.zfill(3) + '.csv')", {"007.csv"}),
    "unknown split": ("read('data/' + name().split('_')[0] + '.csv')", {"data/{…}.csv"}),
    "template": ("read(string.Template('$folder/${kind}_x.csv').substitute(folder='data', kind=name()))", {"data/{…}_x.csv"}),
    "template of a mapping": ("read(string.Template('$folder/x.csv').safe_substitute({'folder': 'data'}))", {"data/x.csv"}),
    "folders above": ("read(Path('d/e/f/a.csv').parents[1] / 'b.csv'); read(Path('d/e/a.csv').parents[-8] / 'c.csv')", {"d/e/b.csv", "d/e/c.csv"}),
    "with_stem": ("read(Path('d/a.csv').with_stem('b'))", {"d/b.csv"}),
    "with_suffix": ("read(Path('d/a.csv').with_suffix('.parquet'))", {"d/a.parquet"}),
    "relative_to": ("read('copy' / Path('d/e/a.csv').relative_to('d'))", {"copy/e/a.csv"}),
    "folder above": ("read(Path.cwd().parent / 'd' / 'a.csv'); read(os.path.join(os.path.dirname(os.getcwd()), 'b.csv'))", {"../d/a.csv", "../b.csv"}),
    "folder above by its constant": (
        "read(os.path.abspath(os.path.join('d', os.pardir, 'a.csv'))); read(os.path.join(os.path.dirname('d/e/x.py'), os.path.pardir, os.curdir, 'b.csv'))",
        {"a.csv", "d/b.csv"}),
    "relpath": ("read(os.path.relpath('d/e/a.csv', 'd'))", {"e/a.csv"}),
    "relative pattern": ("read(os.path.relpath(f'd/{name()}.csv', 'd'))", {"{…}.csv"}),
    "joinpath": ("read(Path('d').joinpath('e', 'a.csv'))", {"d/e/a.csv"}),
    "update": ("c = {'p': 'old.csv'}; c.update({'p': 'new.csv'}); read(c['p'])", {"new.csv"}),
    "update of the unknown": ("c = {'p': 'old.csv'}; c.update(strangers.some()); read(c['p'])", {"old.csv"}),
    "update by keyword": ("c = dict(p='old.csv'); c.update(p='new.csv'); read(c.get('p'))", {"new.csv"}),
    "pop": ("c = {'p': 'a.csv'}; read(c.pop('p')); read(c.get('p', 'gone.csv'))", {"a.csv", "gone.csv"}),
    "list pop": ("c = ['a.csv', 'b.csv']; read(c.pop())", {"b.csv"}),
    "setdefault": ("c = {}; c.setdefault('p', 'a.csv'); read(c['p'])", {"a.csv"}),
    "keys": ("for k in {'a': 1, 'b': 2}.keys(): read(k + '.csv')", {"a.csv", "b.csv"}),
    "items": ("for k, v in {'a': 'x', 'b': 'y'}.items(): read(v + '.csv')", {"x.csv", "y.csv"}),
    "extend": ("c = ['a.csv']; c.extend(['b.csv']); read(c[1])", {"b.csv"}),
    "map": ("for p in map(lambda n: n + '.csv', ['a', 'b']): read(p)", {"a.csv", "b.csv"}),
    "map calls": ("list(map(read, ['a.csv', 'b.csv']))", {"a.csv", "b.csv"}),
    "filter": ("for p in filter(len, ['a.csv', 'b.csv']): read(p)", {"a.csv", "b.csv"}),
    "zip": ("for a, b in zip(['a', 'b'], ['x', 'y']): read(b + '.csv')", {"x.csv", "y.csv"}),
    "zip by place": ("read(list(zip(['a', 'b'], ['x', 'y']))[1][1] + '.csv')", {"y.csv"}),
    "sorted": ("read(sorted(['b.csv', 'a.csv'])[0])", {"a.csv"}),
    "reversed": ("read(list(reversed(['b.csv', 'a.csv']))[0])", {"a.csv"}),
    "next": ("read(next(iter(['a.csv'])))", {"a.csv"}),
    "product": ("for a, b in itertools.product(['a'], ['x', 'y']): read(a + b + '.csv')", {"ax.csv", "ay.csv"}),
    "chain": ("read(list(itertools.chain(['a.csv'], ['b.csv']))[1])", {"b.csv"}),
    "copy": ("c = {'p': 'old.csv'}; d = copy.copy(c); d['p'] = 'new.csv'; read(c['p'])", {"old.csv"}),
    "setattr": ("o = argparse.Namespace(p='old.csv'); setattr(o, 'p', 'new.csv'); read(o.p)", {"new.csv"}),
    "setattr of an unknown name": ("o = types.SimpleNamespace(p='a.csv')\nsetattr(o, name(), 'b.csv')\nread(o.p)", {"a.csv", "b.csv"}),
    "getattr default": ("o = types.SimpleNamespace(p='a.csv'); read(getattr(o, 'p')); read(getattr(o, 'q', 'b.csv'))", {"a.csv", "b.csv"}),
    "vars": ("o = types.SimpleNamespace(p='a.csv'); read(vars(o)['p'])", {"a.csv"}),
    "namespace of a mapping": ("o = types.SimpleNamespace(**{'p': 'a.csv'}); read(o.p)", {"a.csv"}),
    "import_module": ("read(importlib.import_module('paths').DATA)", {"known.csv"}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_calls_compute(tmp_path: Path, case: str) -> None:
    code, expected = CASES[case]
    heading = "import argparse, copy, importlib, itertools, os, string, strangers, types\nfrom pathlib import Path\nimport pandas as pd\n"
    heading += "from strangers import name\n"
    flow = run(tmp_path, f"{heading}def read(path):\n    return pd.read_csv(path)\n{code}", paths="DATA = 'known.csv'")
    assert touched(flow, "read") - {"{…}"} == expected
