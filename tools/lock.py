"""Writes requirements.txt: the newest releases that the bounds in pyproject.toml allow, tried in an empty environment.

What torch needs on a machine with a GPU is left out: torch pins it itself, and a machine without one can do without.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = """\
# Everything the book and its tests need, pinned. Written by `make lock`; the bounds stand in pyproject.toml.
"""
LEFT_OUT = re.compile(r"^#|^(nvidia-|cuda-|triton|rnn[_-]helpers|pip=|setuptools=)|^-e |@ file:")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(Path(folder, "bin", "python")), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "--upgrade", "pip"], check=True)  # --group needs pip 25.1
        groups = ["--group", "book", "--group", "test"]
        subprocess.run([*pip, "install", "--quiet", *sys.argv[1:], *groups, "--editable", "."], check=True, cwd=ROOT)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    pins = [re.sub(r"\+\w+$", "", line) for line in frozen.splitlines() if not LEFT_OUT.search(line)]
    (ROOT / "requirements.txt").write_text(HEAD + "\n".join(sorted(pins, key=str.lower)) + "\n", encoding="utf-8")
    print(f"requirements.txt: {len(pins)} packages pinned")


if __name__ == "__main__":
    main()
