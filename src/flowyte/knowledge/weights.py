"""What each sign of `decide` weighs, with what it usually is in a right answer.

Written by `python -m bench.retrieval_weights`; not by hand.
"""

REJECT_BELOW = 0.782
BIAS = -6.837
WEIGHTS: dict[str, tuple[float, float]] = {
    "closeness": (4.164, 0.622),
    "lead": (13.570, 0.144),
    "outdone": (9.964, 0.027),
    "goes_on": (-0.745, 0.395),
    "words": (2.233, 0.474),
    "missing": (0.989, 0.612),
    "complete": (1.062, 0.171),
    "wording": (0.614, 0.407),
    "unknown": (-0.889, 0.119),
    "beside": (-2.695, 0.239),
    "asked": (2.819, 0.364),
    "bare": (-8.055, 0.004),
}
