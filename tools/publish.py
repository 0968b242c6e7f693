"""`make publish URL=https://github.com/account/name`: write the address of the repository everywhere it stands.

The one place where it is kept is `_config.yml`; every other file that holds the same address is changed with it.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
# An account is letters, digits and single inner hyphens; a repository may also hold dots and underscores.
ADDRESS = re.compile(r"https://github\.com/(?!-)(?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){1,39}/[A-Za-z0-9._-]{1,100}")


def main(url: str, root: Path = ROOT) -> int:
    url = url.strip().removesuffix("/").removesuffix(".git")
    if not ADDRESS.fullmatch(url):
        print(f"Not the address of a repository: {url!r}. Say: make publish URL=https://github.com/account/name")
        return 1
    old = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    old_pages, new_pages = _pages(old), _pages(url)
    for name in listing.stdout.splitlines():
        path = root / name
        if path.suffix not in {".md", ".ipynb", ".yml", ".toml", ".cff"}:
            continue
        text = path.read_text(encoding="utf-8")
        changed = text.replace(old, url).replace(old_pages, new_pages)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
            print(f"{name}: {text.count(old) + text.count(old_pages)} times")
    print(f"The book's address is {url}. Next step: make test, commit and push; in the repository's settings,")
    print("choose GitHub Actions as the source of Pages.")
    return 0


def _pages(url: str) -> str:
    account, name = url.split("/")[-2:]
    return f"https://{account.lower()}.github.io/{name}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
