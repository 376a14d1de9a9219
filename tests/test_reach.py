"""How much a finding of an undeclared consumer weighs."""

from __future__ import annotations

from pathlib import Path

import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.pipeline import check

MAKER = "# file: make.py\nimport pandas as pd\npd.read_csv('raw.csv').dropna().to_csv('rows.csv')\n"
LEARNS = "from sklearn.linear_model import Ridge\nRidge().fit(rows[['a']], rows['b'])\n"
OPTION = "# file: use.py\nimport argparse\nimport pandas as pd\nparser = argparse.ArgumentParser()\nparser.add_argument('--rows', default='rows.csv')\n"


@pytest.mark.parametrize(("user", "severity"), [
    (f"# file: use.py\nimport pandas as pd\nrows = pd.read_csv('rows.csv')\n{LEARNS}", "warning"),
    (f"{OPTION}rows = pd.read_csv(parser.parse_args().rows)\n{LEARNS}", "info"),
    (f"# file: use.ipynb\nimport pandas as pd\nrows = pd.read_csv('rows.csv')\n{LEARNS}", "warning"),
    ("# file: use.ipynb\nimport pandas as pd\nrows = pd.read_csv('rows.csv')\nrows.plot()\n", "info"),
])
def test_who_only_looks_or_is_told_by_an_option_what_to_read_weighs_less(tmp_path: Path, user: str, severity: str) -> None:
    write_sections(MAKER + user, tmp_path)
    assert [(finding.code, finding.severity) for finding in check(tmp_path, Settings(), jobs=1).findings] == [("MLD104", severity)]
