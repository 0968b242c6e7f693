"""Scores of Lighthouse for the built book: every page on a phone and on a desktop, and what a visit weighs.

`make lighthouse PAGES=02` takes the pages whose name holds one of the words. Scores are out of 100; weights in kB as
they are sent, compressed; figures stand inside the page. A score below 95 makes the command fail.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import chromium
from static_host import serving

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
COMMAND = ["node", str(ROOT / "_build" / "node_modules" / "lighthouse" / "cli" / "index.js")]
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-background-networking"
SETTINGS = {"phone": [], "desktop": ["--preset=desktop"]}
SCORES = {"performance": "perf", "accessibility": "access", "best-practices": "practice", "seo": "search"}
KINDS = {"Document": "page", "Stylesheet": "style", "Script": "script", "Font": "font", "Image": "image"}
WANTED = 95


def main(words: list[str]) -> int:
    browser = chromium.find()
    if browser is None:
        print(chromium.MISSING)
        return 1
    names = [
        path.relative_to(SITE) for folder in ("book", "chapters") for path in sorted((SITE / folder).glob("*.html"))
    ]
    names = [name for name in names if not words or any(word in name.stem for word in words)]
    if not names:
        print(f"No page of {SITE} has {' or '.join(words)} in its name.")
        return 1
    print("".join(f"{head:>9}" for head in [*SCORES.values(), *KINDS.values(), "other", "all kB"]), " setting  page")
    low = 0
    with serving(SITE) as address:
        for name in names:
            for setting, options in SETTINGS.items():
                scores, kinds = measured(f"{address}/{name}", options, browser)
                low += min(scores) < WANTED
                weights = [kinds[kind] for kind in (*KINDS.values(), "other")]
                row = [f"{score:9.0f}" for score in scores] + [f"{w / 1000:9.1f}" for w in (*weights, sum(weights))]
                print("".join(row), f" {setting:8} {name.stem}", flush=True)
    print(f"{low} of {len(names) * len(SETTINGS)} visits have a score below {WANTED}.")
    return int(low > 0)


def measured(url: str, options: list[str], browser: str) -> tuple[list[float], Counter[str]]:
    """The four scores of one visit, and the bytes of each kind that came."""
    asked = ["--quiet", "--output=json", f"--only-categories={','.join(SCORES)}", f"--chrome-flags={FLAGS}", *options]
    environment = {**os.environ, "CHROME_PATH": browser}
    run = subprocess.run([*COMMAND, url, *asked], env=environment, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"Lighthouse could not measure {url}:\n{run.stderr}")
    report = json.loads(run.stdout)
    kept = ROOT / "_build" / "lighthouse" / f"{Path(url).stem}{''.join(options)}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(run.stdout, encoding="utf-8")
    kinds: Counter[str] = Counter()
    for request in report["audits"]["network-requests"]["details"]["items"]:
        kinds[KINDS.get(request.get("resourceType", ""), "other")] += request["transferSize"]
    return [100 * (report["categories"][category]["score"] or 0) for category in SCORES], kinds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
