"""How a file of measurements is read and grows: a header with the names of the fields, then a line for each result."""

import csv
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row", bound=tuple)


def read(path: Path, kind: type[Row]) -> list[Row]:
    """All lines of a file, each as a tuple of this kind, whose annotations say what the columns hold.

    Raises
    ------
    ValueError : a line has more or fewer columns than the kind has fields, or a value is not of its type.
    """
    with path.open(encoding="utf-8", newline="") as file:
        _, *lines = csv.reader(file)
    types = kind.__annotations__.values()
    return [kind(*(of(value) for of, value in zip(types, line, strict=True))) for line in lines]


def begin(path: Path, kind: type[Row]) -> None:
    """Write the header, if there is no file."""
    if not path.exists():
        path.write_text(",".join(kind._fields) + "\n", encoding="utf-8")


def store(path: Path, result: Row) -> None:
    """Add a result to the file, as soon as it is there, and print it."""
    with path.open("a", encoding="utf-8") as file:
        file.write(result.as_line())
    print(result, flush=True)
