"""What each sign of `decide` weighs, with what it usually is in a right answer.

Written by `python -m bench.retrieval_weights`; not by hand.
"""

REJECT_BELOW = 0.641
BIAS = -7.643
WEIGHTS: dict[str, tuple[float, float]] = {
    "closeness": (3.242, 0.624),
    "lead": (14.026, 0.149),
    "outdone": (4.408, 0.027),
    "begins": (0.629, 0.590),
    "words": (1.357, 0.497),
    "nearby": (1.400, 0.573),
    "missing": (1.508, 0.599),
    "complete": (0.852, 0.185),
    "wording": (0.466, 0.435),
    "unknown": (-1.077, 0.120),
    "beside": (-3.183, 0.254),
    "asked": (3.196, 0.359),
    "bare": (-5.542, 0.001),
}
