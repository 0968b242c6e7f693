"""`make digits`: networks that paint digits pixel by pixel, three seeds each. Eight minutes; chapter 12.

Each learns from the same 1,297 digits of 8 x 8 pixels. Its nats on the 200 digits for validation and on the 300 for
test are a line of rnn_helpers/measured/digits.csv, which the lesson reads. What stands there is not measured again;
delete a line, or the file, to have it measured.

The settings of the three networks were chosen by the validation digits, from five to eight trials each with one seed:
1 to 8 layers, 24 to 48 units, first kernels of 5 and 7, dropout 0.3 and 0.5, rates from 0.004 to 0.008, 600 to 1,200
steps; of the recurrent ones those that learn in about 20 seconds on one core. With more time both gain: the Row LSTM by
a fourth layer, which stands here too, the Diagonal BiLSTM by 32 units and 900 steps.
"""

import time

import torch

from rnn_helpers.data import load_digits
from rnn_helpers.measured.digits import FILE, DigitModel, load_digit_models
from rnn_helpers.measured.files import begin, store
from rnn_helpers.pixels import diagonal_model, fit, masked_convolution_model, row_model

SEEDS = (0, 1, 2)
SETTINGS = {  # what makes the network, and how it is fitted
    "masked convolution": (
        lambda: masked_convolution_model(H=32, num_layers=8, first_kernel=5, dropped=0.3),
        dict(steps=700, lr=8e-3),
    ),
    "Row LSTM": (
        lambda: row_model(H=24, num_layers=3, first_kernel=5, dropped=0.3),
        dict(steps=600, lr=8e-3),
    ),
    "Row LSTM, four layers": (
        lambda: row_model(H=24, num_layers=4, first_kernel=5, dropped=0.3),
        dict(steps=600, lr=8e-3),
    ),
    "Diagonal BiLSTM": (
        lambda: diagonal_model(H=24, num_layers=2, first_kernel=5, dropped=0.3),
        dict(steps=600, lr=8e-3),
    ),
    "Diagonal BiLSTM, dropout 0.5": (
        lambda: diagonal_model(H=24, num_layers=2, first_kernel=5, dropped=0.5),
        dict(steps=600, lr=8e-3),
    ),
    "Diagonal BiLSTM, dropout 0": (
        lambda: diagonal_model(H=24, num_layers=2, first_kernel=5, dropped=0.0),
        dict(steps=600, lr=8e-3),
    ),
}


def main() -> None:
    torch.set_num_threads(1)
    begin(FILE, DigitModel)
    train, validation, test = load_digits()
    done = {(result.model, result.seed) for result in load_digit_models()}
    for seed in SEEDS:
        for name, (make, options) in SETTINGS.items():
            if (name, seed) in done:
                continue
            start = time.process_time()
            torch.manual_seed(seed)
            model = make()
            fit(model, train.x, seed=seed, **options)
            seconds = time.process_time() - start
            with torch.no_grad():
                nats = [model.nats(part.x).mean().item() for part in (train, validation, test)]
            parameters = sum(p.numel() for p in model.parameters())
            store(FILE, DigitModel(name, seed, *nats, parameters, seconds))


if __name__ == "__main__":
    main()
