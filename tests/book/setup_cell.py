"""The first code cell of every notebook, which makes it run on a bare Colab: one template.

The address comes from `_config.yml`, the one place where it stands; until `make publish` has set it, it holds the
account name `your_account`, which nobody can register on GitHub because of its underscore.
"""

_TEMPLATE = """\
# On Colab this fetches the book's package; where that is installed, nothing happens.
import importlib.util

if importlib.util.find_spec("rnn_helpers") is None:
    import os
    import subprocess
    import sys

    home = "git+{repository}"
    source = os.environ.get("RNN_HELPERS_SOURCE", home)
    if "your_account" in source:
        raise RuntimeError(
            "This copy of the book has no address yet. Set RNN_HELPERS_SOURCE to what pip "
            "shall install, the book's folder or git+https://..., or give the copy its "
            "address once and for all: make publish URL=https://github.com/..."
        )
    pip = [sys.executable, "-m", "pip", "install", "--quiet", source]
    result = subprocess.run(pip, capture_output=True, text=True)
    if result.returncode != 0:
        reason = result.stderr[-1500:]
        raise RuntimeError(f"pip could not install {{source}}:\\n{{reason}}")
    importlib.invalidate_caches()
"""


def render(repository: str) -> str:
    """The cell's text for the repository at this address (`https://github.com/account/name`)."""
    return _TEMPLATE.format(repository=repository.removesuffix("/")).rstrip("\n")
