"""What each sign of `decide` weighs, with what it usually is in a right answer.

Written by `python -m bench.retrieval_weights`; not by hand.
"""

REJECT_BELOW = 0.782
BIAS = -6.838
WEIGHTS: dict[str, tuple[float, float]] = {
    "closeness": (4.165, 0.622),
    "lead": (13.569, 0.144),
    "outdone": (9.957, 0.027),
    "goes_on": (-0.745, 0.395),
    "words": (2.233, 0.474),
    "missing": (0.989, 0.612),
    "complete": (1.062, 0.171),
    "wording": (0.614, 0.407),
    "unknown": (-0.889, 0.119),
    "beside": (-2.695, 0.239),
    "asked": (2.820, 0.364),
    "bare": (-8.054, 0.004),
}
