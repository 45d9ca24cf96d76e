"""What the registry keeps of a model: plain arrays, its key and how it did; no pickle."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class ModelPackage:
    """A fitted forecaster, ready to be registered.

    Attributes:
        model_key: Hash of panel, parameters and code: one key is registered once.
        arrays: The fitted state, readable with `numpy.load(allow_pickle=False)`.
        tags: What the version's page in the registry says.
        example: Series and year of an example question.
    """

    model_key: str
    arrays: Arrays
    example: tuple[str, int]
    tags: dict[str, str] = field(default_factory=dict)
