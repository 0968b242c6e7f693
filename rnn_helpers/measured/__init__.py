"""Results of runs too long for a lesson, as measured: a file each, and the command that measures it again."""

from rnn_helpers.measured.cups import CupsMeasurement, load_cups
from rnn_helpers.measured.digits import DigitModel, load_digit_models
from rnn_helpers.measured.gpu import GPUMeasurement, load_gpu
from rnn_helpers.measured.learning_curve import Measurement, load_learning_curve
from rnn_helpers.measured.trees_longer import TreesMeasurement, load_trees_longer
from rnn_helpers.measured.tricks import TrickMeasurement, load_tricks
from rnn_helpers.measured.units import UnitMeasurement, load_units

__all__ = [
    "CupsMeasurement",
    "DigitModel",
    "GPUMeasurement",
    "Measurement",
    "TreesMeasurement",
    "TrickMeasurement",
    "UnitMeasurement",
    "load_cups",
    "load_digit_models",
    "load_gpu",
    "load_learning_curve",
    "load_trees_longer",
    "load_tricks",
    "load_units",
]
