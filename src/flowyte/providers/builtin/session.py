"""How the models are run: onnxruntime on the processor, quiet, with as many threads as it is told."""

from pathlib import Path

import onnxruntime as ort


def open_model(path: Path, *, threads: int = 1) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning thread would take from the other calls' share of the core what it saves here.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
