"""Write the sample certificates: `python sample_reports/make_certificates.py [--check] [FOLDER]`.

Every run writes the same bytes. `--check` writes nothing and exits 1 where a file is missing, different or left over.
The stories are in `stories_*.py`; README.md tells them and expected.csv states their verdicts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import stories_leaf
import stories_leaf_trouble
import stories_products
import stories_tables
from paper import STORIES

DEFAULT_FOLDER = Path(__file__).parent / "certificates"
# Importing a module of stories registers them in STORIES.
TOLD_IN = (stories_leaf, stories_leaf_trouble, stories_products, stories_tables)


def main() -> int:
    """Write or check; the exit status is 1 where a check finds a difference."""
    parser = argparse.ArgumentParser(description="Write the sample certificates.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--check", action="store_true", help="compare with what stands there; write nothing")
    options = parser.parse_args()
    certificates = {name: make() for name, make in sorted(STORIES.items())}
    return check(certificates, options.folder) if options.check else write(certificates, options.folder)


def write(certificates: dict[str, bytes], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in certificates.items():
        (folder / name).write_bytes(content)
    print(f"{len(certificates)} certificates in {folder}")
    return 0


def check(certificates: dict[str, bytes], folder: Path) -> int:
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    wrong = [f"missing: {name}" for name in sorted(certificates.keys() - present)]
    wrong += [f"not made by this script: {name}" for name in sorted(present - certificates.keys())]
    wrong += [
        f"different: {name}"
        for name in sorted(present & certificates.keys())
        if (folder / name).read_bytes() != certificates[name]
    ]
    print("\n".join(wrong) or f"{len(certificates)} certificates are current in {folder}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
