"""Makes the built pages light: a page loads what it uses and nothing else.

Theme and extensions link a dozen style sheets, a script and three fonts for a handful of icons, and scripts for things
that a page may not have. When all pages are written,

- one style sheet takes the place of the many: the rules that some page of the book, or a script, can use;
- the icons that these rules draw are cut out of the theme's fonts and stand in that style sheet;
- a script that has nothing to do on a page goes, the others wait until the page is read.
"""

import base64
import hashlib
import logging
import re
from io import BytesIO
from pathlib import Path

import tinycss2
from bs4 import BeautifulSoup
from fontTools import subset
from sphinx.application import Sphinx

logging.getLogger("fontTools").setLevel(logging.WARNING)  # each cut is told in some fifty lines

SHEET = "_static/all.css"
FONT = "_static/stix_two_text.woff2"  # asked for at once: a font that comes late is not used (book.css)
LINK = re.compile(r'\s*<link\b[^>]*\bhref="(?P<href>[^"]*)"[^>]*>')
SCRIPT = re.compile(r"\s*<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
IMPORT = re.compile(r'@import "([^"]+)";')
URL = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)["']?\)""")
FONT_AWESOME = re.compile(r"/(fa-\w+(?:-\d+)?)\.woff2")
ICON = re.compile("[\ue000-\uf8ff]")  # a parsed style sheet has no escapes

# Files of scripts, and what a page has that needs them. page.js takes the place of those at the top.
NEEDED_FOR = {
    "scripts/bootstrap.js": None,
    "scripts/pydata-sphinx-theme.js": None,
    "scripts/sphinx-book-theme.js": None,
    "copybutton.js": None,
    "clipboard.min.js": None,
    "fontawesome": None,
    "togglebutton.js": re.compile(r'class="(?:[^"]* )?(?:toggle|admonition[^"]* dropdown)[ "]'),
    "design-tabs.js": re.compile(r'class="(?:[^"]* )?sd-tab-set[ "]'),
}
# Lines that the extensions write into the page for scripts that it does without; scripts of outputs stay.
LINES_OF_TOGGLES = re.compile(r"let toggle\w+ = |var togglebuttonSelector = ")
LINES = re.compile(r"kernelName = |DOCUMENTATION_OPTIONS\.pagename = |\{\s*requestKernel: ")

# Before anything is drawn: light or dark, and whether the page is opened at a place far down (page.css says why).
FIRST_CHOICES = """<script>
    {
      const mode = localStorage.getItem("mode") || "auto";
      const dark = mode === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : mode === "dark";
      Object.assign(document.documentElement.dataset, { mode, theme: dark ? "dark" : "light" });
      if (location.hash) document.documentElement.dataset.whole = "";
    }
  </script>"""


def lighten(app: Sphinx, fault: Exception | None) -> None:
    if fault or app.builder.format != "html":
        return
    root = Path(app.outdir)
    pages = [path for path in root.rglob("*.html") if "_static" not in path.parts]
    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    sheets = _sheets(texts[root / "search.html"])  # written anew by every build
    texts = {path: _without(text) for path, text in texts.items()}
    css = _sheet(root, sheets, words_of(texts))
    (root / SHEET).write_text(css, encoding="utf-8")
    version = hashlib.sha256(css.encode()).hexdigest()[:8]
    for path, text in texts.items():
        up = "../" * (len(path.relative_to(root).parts) - 1)
        link = f'\n<link rel="stylesheet" href="{up}{SHEET}?v={version}"/>'
        link += f'\n<link rel="preload" href="{up}{FONT}" as="font" type="font/woff2" crossorigin=""/>'
        path.write_text(text.replace("</title>", "</title>" + link, 1), encoding="utf-8")


def _sheets(page: str) -> list[str]:
    """The style sheets of a page at the root, in their order, as paths from there."""
    links = [link for link in LINK.finditer(page) if 'rel="stylesheet"' in link[0]]
    return [link["href"].split("?")[0] for link in links]


def _without(page: str) -> str:
    """The page without its style sheets, without what it would load ahead, and without scripts it does not need."""

    def script(found: re.Match[str]) -> str:
        attributes = found["attributes"]
        if "data-cfasync" in attributes:  # the theme's own first choice
            return "\n  " + FIRST_CHOICES
        if any(name in attributes and not (need and need.search(page)) for name, need in NEEDED_FOR.items()):
            return ""
        line, toggles = found["text"].strip(), NEEDED_FOR["togglebutton.js"].search(page)
        if LINES.match(line) or (LINES_OF_TOGGLES.match(line) and not toggles):
            return ""
        is_file = "src=" in attributes and not re.search("defer|module", attributes)
        return found[0].replace("<script ", '<script defer="defer" ', 1) if is_file else found[0]

    page = SCRIPT.sub(script, page)
    return LINK.sub(lambda link: "" if re.search(r'rel="(?:stylesheet|preload)"', link[0]) else link[0], page)


def words_of(pages: dict[Path, str]) -> set[str]:
    """Tags, classes and identifiers of the pages, and all words of their scripts, which may set some."""
    words, scripts = {"html", "body", "head"}, set()
    for path, page in pages.items():
        for tag in BeautifulSoup(page, "html.parser").find_all(True):
            words |= {tag.name, tag.get("id", ""), *tag.get("class", [])}
            if tag.name == "script":
                words |= set(re.findall(r"[\w-]+", tag.text))
                scripts.add((path.parent / tag.get("src", "").split("?")[0]).resolve())
    for script in scripts:
        if script.is_file() and "searchindex" not in script.name:
            words |= set(re.findall(r"[\w-]+", script.read_text(encoding="utf-8")))
    return words


def _sheet(root: Path, sheets: list[str], words: set[str]) -> str:
    css = "".join(_kept(tinycss2.parse_stylesheet(_read(root / sheet, root), True, True), words) for sheet in sheets)
    icons = "".join(sorted(set(ICON.findall(css))))
    return '@charset "UTF-8";\n/* Icons: Font Awesome Free, CC BY 4.0, fontawesome.com/license/free */\n' + re.sub(
        r"@font-face\{[^}]*\}", lambda face: _with_icons(face[0], root, icons, words), css
    )


def _read(path: Path, root: Path) -> str:
    """A style sheet, with those it imports, its addresses as seen from that of the book."""
    css = IMPORT.sub(lambda name: _read((path.parent / name[1]).resolve(), root), path.read_text(encoding="utf-8"))
    return URL.sub(lambda url: f"url({_seen_from_the_sheet(path, url[1], root)})", css.replace('@charset "UTF-8";', ""))


def _seen_from_the_sheet(path: Path, address: str, root: Path) -> str:
    target, mark, rest = address.partition("?")
    resolved = (path.parent / target).resolve()
    static = (root / SHEET).parent.resolve()
    return (str(resolved.relative_to(static)) + mark + rest) if resolved.is_relative_to(static) else address


def _kept(rules: list[tinycss2.ast.Node], words: set[str]) -> str:
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [text for text, names in _selectors(rule.prelude) if names <= words]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{_tight(rule.content)}}}\n")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "layer", "container"):
            inner = _kept(tinycss2.parse_rule_list(rule.content, True, True), words)
            if inner:
                kept.append(f"@{rule.at_keyword} {_tight(rule.prelude)}{{{inner}}}\n")
        elif rule.type == "at-rule":
            content = "{" + _tight(rule.content) + "}" if rule.content is not None else ";"
            kept.append(f"@{rule.at_keyword} {_tight(rule.prelude)}".strip() + content + "\n")
    return "".join(kept)


def _selectors(prelude: list[tinycss2.ast.Node]) -> list[tuple[str, set[str]]]:
    """Each selector of a rule and the tags, classes and identifiers that must be there for it to match."""
    parts: list[list[tinycss2.ast.Node]] = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    result = []
    for part in parts:
        names, before = set(), None
        for token in part:
            if token.type == "hash" or (token.type == "ident" and before != ":"):
                names.add(token.value)
            before = token.value if token.type == "literal" else None
        result.append((_tight(part), names))
    return result


def _tight(tokens: list[tinycss2.ast.Node]) -> str:
    tokens = [token for token in tokens if token.type != "comment"]
    return "".join(" " if token.type == "whitespace" else token.serialize() for token in tokens).strip()


def _with_icons(face: str, root: Path, icons: str, words: set[str]) -> str:
    """A face of Font Awesome with the book's icons in it, or nothing if none is asked of it; others as they are."""
    font = FONT_AWESOME.search(face)
    if not font:
        return face
    if "family:FontAwesome" in face or (font[1].startswith("fa-regular") and not words & {"far", "fa-regular"}):
        return ""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=[], name_IDs=[])
    (path,) = (root / "_static" / "vendor" / "fontawesome").rglob(f"{font[1]}.ttf")
    cut, full, woff2 = subset.Subsetter(options), subset.load_font(str(path), options), BytesIO()
    cut.populate(text=icons)
    cut.subset(full)
    subset.save_font(full, woff2, options)
    data = base64.b64encode(woff2.getvalue()).decode()
    return re.sub(r"src:.*?(?=[;}])", f'src:url(data:font/woff2;base64,{data}) format("woff2")', face)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", lighten, priority=900)  # after the theme's own last touches
    return {"parallel_read_safe": True, "parallel_write_safe": True}
