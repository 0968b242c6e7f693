"""`make archive`: the built book as one zip that reads offline, opened from a file.

In it is what the pages load or lead to, and nothing else. A page that is a file may not fetch other files: so fonts are
not loaded ahead, and what the search finds is shown without the lines around it.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"

LOADED_AHEAD = re.compile(r'\s*<link[^>]*\brel="preload"[^>]*>')
IN_HTML = re.compile(r"""(?:\bhref|\bsrc)="([^"]+)\"""")
IN_CSS = re.compile(r"""(?:url\(|@import )["']?([^"')]+)""")
SUMMARIES = "SHOW_SEARCH_SUMMARY: true"


def needed(site: Path) -> set[Path]:
    """The pages, and whatever they, their style sheets and their scripts name."""
    waiting = [path for path in site.rglob("*.html") if "_static" not in path.parts] + [site / "searchindex.js"]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            waiting += _named_in(path)
    return {path for path in found if not (path.suffix == ".ttf" and path.with_suffix(".woff2") in found)}


def _named_in(path: Path) -> Iterator[Path]:
    if path.suffix not in (".html", ".css", ".js"):
        return
    text = path.read_text(encoding="utf-8")
    addresses = IN_HTML.findall(text) if path.suffix == ".html" else []
    addresses += IN_CSS.findall(text) if path.suffix in (".html", ".css") else []
    for address in addresses:
        parts = urlsplit(address)
        if parts.path and not parts.scheme and not parts.netloc:
            yield (path.parent / unquote(parts.path)).resolve()


def for_files(path: Path) -> bytes:
    """A file of the site as it has to be where no server is."""
    content = path.read_bytes()
    if path.suffix == ".html":
        return LOADED_AHEAD.sub("", content.decode()).encode()
    if path.name == "documentation_options.js":
        text = content.decode()
        if SUMMARIES not in text:
            raise SystemExit(f"make archive: {path} has no {SUMMARIES!r} to turn off; see what Sphinx writes there now")
        return text.replace(SUMMARIES, SUMMARIES.replace("true", "false")).encode()
    return content


def write(site: Path, target: Path) -> int:
    """Writes the archive; returns how many files are in it."""
    if not (site / "index.html").is_file():
        raise SystemExit(f"There is no book in {site}. Next step: make book")
    paths = sorted(needed(site))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(site).as_posix())  # without a time: the same book, the same file
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, for_files(path))
    return len(paths)


def main() -> None:
    version = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    target = ROOT / "_build" / f"recurrent-networks-{version}.zip"
    files = write(SITE.resolve(), target)
    print(f"{target}: {files} files, {target.stat().st_size / 1e6:.1f} MB. Unpack it and open index.html.")


if __name__ == "__main__":
    main()
