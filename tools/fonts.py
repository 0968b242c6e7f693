"""What the two programs that write the fonts of the book share: the file it is made of, and how it is cut."""

import hashlib
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

STATIC = Path(__file__).parent.parent / "book" / "_static"


def checked(file: Path, sha256: str) -> Path:
    """The file, if it is the one that was expected; otherwise the program ends."""
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != sha256:
        raise SystemExit(f"{file.name} is not the file that was expected: its SHA-256 is {found}, not {sha256}")
    return file


def write_cut(font: TTFont, name: str, characters: str, features: list[str], name_ids: list[int]) -> None:
    """Write book/_static/`name` with these characters, features and entries of the table of names alone."""
    font.recalcTimestamp = False  # the same font gives the same file
    options = subset.Options(flavor="woff2", hinting=False, layout_features=features, name_IDs=name_ids)
    cut = subset.Subsetter(options)
    cut.populate(text=characters)
    cut.subset(font)
    target = STATIC / name
    subset.save_font(font, target, options)
    print(f"{name}: {len(font.getBestCmap())} characters, {target.stat().st_size} bytes")
