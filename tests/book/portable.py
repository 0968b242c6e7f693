"""The subset of Markdown that Colab, GitHub, VS Code, JupyterLab and the book all show as it is meant."""

import re

RAW_ELSEWHERE = {
    "a MyST directive": r"^\s*(```|~~~|:::)+\s*\{",
    "a MyST role": r"(?<!`)\{[a-zA-Z][\w:-]*\}`",
    "a target": r"^\([\w-]+\)=\s*$",
    "a front matter or substitution": r"\{\{.*?\}\}",
    "an attribute block": r"^\{[.#][^}]*\}\s*$",
    "a footnote": r"\[\^[^\]]+\]",
    "a GitHub alert": r"^>\s*\[!\w+\]",
    "an equation environment outside $$": r"^\s*\\begin\{(equation|align|gather)\*?\}",
    r"\[ ... \] or \( ... \) for mathematics": r"\\\[|\\\(",
    "a label in an equation, which only Sphinx resolves": r"\\(label|eqref|ref)\{|^\$\$\s*\([\w:-]+\)\s*$",
    "an image file, which a notebook alone does not have": r"!\[[^\]]*\]\((?!data:)",
    "a link into the repository, which a notebook alone does not have": r"\]\((?!https://|#)[^)]*\)",
    "HTML other than what folds": r"<(?!/?(details|summary|br|sub|sup|b|i|em|strong|code|p)\b)/?[a-zA-Z][^>]*>",
    "a definition list": r"^: {1,3}\S",
    "strikethrough or a comment": r"^%\s|<!--",
}

IN_FORMULAS_AND_CODE = {"a MyST role", "a label in an equation, which only Sphinx resolves"}


def faults(markdown: str) -> list[str]:
    """What a Markdown cell holds that some front end would show raw; code and formulas are looked at as such."""
    text = re.sub(r"^```\w*\n.*?^```$", "", markdown, flags=re.DOTALL | re.MULTILINE)  # plain fences are fine
    prose = re.sub(r"`[^`\n]+`(?!`)", "", re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", text, flags=re.DOTALL))
    found = []
    for name, pattern in RAW_ELSEWHERE.items():
        where = text if name in IN_FORMULAS_AND_CODE else prose
        if match := re.search(pattern, where, flags=re.MULTILINE):
            found.append(f"{name}: {match[0].strip()[:60]!r}")
    if re.search(r"\$\$(?:(?!\$\$).)*\\\\(?:(?!\$\$).)*\\tag(?:(?!\$\$).)*\$\$", text, flags=re.DOTALL):
        found.append(r"\\ in an equation with \tag, which Sphinx breaks; write \cr")
    if text.count("$$") % 2:
        found.append("$$ without its partner")
    return found
