"""The knowledge travels with the package: wheel, source distribution, editable, checkout."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from mldebt.knowledge.locate import rules_folder

ROOT = Path(__file__).parents[1]
CARDS = sorted(path.name for path in (ROOT / "rules" / "cards").rglob("*.toml"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution and, from it, the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


def test_wheel_from_source_distribution_holds_every_card(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert sorted(name.rpartition("/")[2] for name in names if "_rules/cards/" in name) == CARDS
    assert "mldebt/_rules/vocabulary.toml" in names
    assert "mldebt/py.typed" in names


def test_wheel_holds_what_pages_are_made_of(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assets = ROOT / "mldebt" / "report" / "html" / "assets"
    packed = zipfile.ZipFile(wheel)
    for asset in (path.name for path in assets.iterdir()):
        assert packed.read(f"mldebt/report/html/assets/{asset}") == (assets / asset).read_bytes()
    packed.extractall(tmp_path)
    project = ROOT / "fixtures" / "projects" / "csv_scripts"
    code = "import sys; sys.path.insert(0, sys.argv[1]); from mldebt.cli.main import main; main(['report', sys.argv[2], '--output-format', 'html'])"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), str(project)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "Pick columns by name." in done.stdout, done.stderr


def test_installed_wheel_finds_its_rules(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", str(wheel)], check=True, capture_output=True)
    code = "from mldebt.knowledge.locate import rules_folder as f; print(len(list(f().glob('cards/*/*.toml'))))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == str(len(CARDS)), done.stderr


def test_checkout_finds_its_rules() -> None:
    assert (rules_folder() / "cards").is_dir()
