"""Measures how long other estimators take for a config, after their imports: accelerate's `estimate-memory` on the meta device, and fitcheck-llm.

    python peers_speed.py < configs.jsonl

Prints a row of a table for each tool and config, by CPU time. A tool that is not installed is silent; one that refuses says so. hf-mem reads
checkpoints from the hub, so that its time is that of the network.
"""

import json
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path


def accelerate():
    from accelerate import init_empty_weights
    from accelerate.utils import calculate_maximum_sizes
    from transformers import AutoConfig, AutoModel

    def ask(config):
        named = AutoConfig.for_model(**config)
        with init_empty_weights(include_buffers=True):
            model = AutoModel.from_config(named)
        return calculate_maximum_sizes(model)

    return "accelerate", ask


def fitcheck():
    import fitcheck.config_parser as parser
    from fitcheck.estimator import TrainingConfig, estimate
    from fitcheck.gpu_db import get_gpu

    gpu = get_gpu(vram_mib=10_000_000)

    def ask(config):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "config.json"
            path.write_text(json.dumps(config))
            parser.hf_hub_download = lambda **_: str(path)
            parser._reported_param_count = lambda *_: None
            model = parser.fetch_model_config("local/model")
            return estimate(model, TrainingConfig(precision="bf16", optimizer_dtype="bf16", batch_size=1, seq_len=4096), gpu)

    return "fitcheck-llm", ask


def main():
    configs = [json.loads(line) for line in sys.stdin]
    for make in (accelerate, fitcheck):
        try:
            tool, ask = make()
        except ImportError:
            continue
        version = metadata.version(tool)
        for case in configs:
            start = time.process_time()
            try:
                ask(case["config"])
                spent = f"{1000 * (time.process_time() - start):.1f} ms"
            except Exception as error:
                spent = f"refused: {type(error).__name__}"
            print(f"| {tool} {version} | {case['family']} | {spent} |", flush=True)


if __name__ == "__main__":
    main()
