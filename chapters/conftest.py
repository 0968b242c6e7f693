"""How nbval runs the notebooks: no progress bars, and a reader's own progress is neither read nor changed."""

import os
import tempfile

os.environ["TQDM_DISABLE"] = "1"
os.environ["RNN_HELPERS_PROGRESS"] = os.path.join(
    tempfile.mkdtemp(), "progress.json"
)
