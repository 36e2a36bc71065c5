"""Flowyte: voice and chat agents that a business can trust and anyone can check."""

import os

# NumPy's matrices are small here (a question is 20 by 384). On two busy cores a text was embedded in 600 ms by BLAS
# threads that waited for one another, and in 65 ms by one; the work is shared out among processes and calls instead.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
