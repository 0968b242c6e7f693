"""Writes the fonts of the text, book/_static/stix_two_text*.woff2: STIX Two Text, which goes with the formulas.

The upright one with all its weights, the italic one with the weight of the text; from packages for Node, and cut to
what English pages use (needs Node). Everything else a page takes from the reader's own fonts.
"""

import subprocess
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from fonts import checked, write_cut
from fontTools.ttLib import TTFont

PACKAGES = {  # name, SHA-256, the font in it, the font of the book
    "@fontsource-variable/stix-two-text@5.3.0": (
        "bce477b122769580029cf905bd175a112e616af857aa500ba5eaa05a7bd3e921",
        "package/files/stix-two-text-latin-wght-normal.woff2",
        "stix_two_text.woff2",
    ),
    "@fontsource/stix-two-text@5.3.0": (
        "910943975c04992905616f6ff56edf73c405fc4fba571192f0a6a83a5e8ddf49",
        "package/files/stix-two-text-latin-400-italic.woff2",
        "stix_two_text_italic.woff2",
    ),
}
CHARACTERS = "".join(map(chr, range(32, 127))) + "\u00a0·×÷±°§½¼“”‘’–—…áãàâäçéèêëíóôöúüýıß−"
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "tnum"]


def main() -> None:
    for package, (sha256, name, target) in PACKAGES.items():
        font = TTFont(BytesIO(_file(package, sha256, name)))
        write_cut(font, target, CHARACTERS, FEATURES, name_ids=[0, 1, 2, 13, 14])


def _file(package: str, sha256: str, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", "--silent", package]
        subprocess.run(pack, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(checked(archive, sha256)) as files:
            return files.extractfile(name).read()


if __name__ == "__main__":
    main()
