"""Times transformers for bench/checkpoint.ts: for each line, a config.json, it answers nanoseconds and a count, one JSON a line.

What is timed is what one does to learn a model's sizes without its weights: build it on the meta device, count its unique
parameters and list its linear layers.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

transformers.logging.set_verbosity_error()

ROUNDS, LONG_NANOSECONDS = 5, 2e9


def build(config: dict) -> torch.nn.Module:
    settings = {key: value for key, value in config.items() if key != "model_type"}
    parsed = AutoConfig.for_model(config["model_type"], **settings)
    name = (config.get("architectures") or [""])[0]
    with torch.device("meta"):
        if hasattr(transformers, name):
            model = getattr(transformers, name)._from_config(parsed)
        else:
            model = AutoModelForCausalLM.from_config(parsed)
    model.tie_weights()
    return model


def spec(config: dict) -> tuple[int, int]:
    model = build(config)
    total = sum(parameter.numel() for parameter in model.parameters())
    linear = [(name, module.weight.shape) for name, module in model.named_modules() if isinstance(module, (torch.nn.Linear, Conv1D))]
    return total, len(linear)


def timed(config: dict) -> dict:
    """The median of some rounds after a first one that imports the family; a long first one stands for itself."""
    times = []
    for _ in range(1 + ROUNDS):
        start = time.perf_counter_ns()
        total, layers = spec(config)
        times.append(time.perf_counter_ns() - start)
        if times[-1] > LONG_NANOSECONDS and len(times) > 1:
            break
    times = sorted(times[1:])
    return {"nanoseconds": times[len(times) // 2], "total": total, "layers": layers}


print(f"transformers {transformers.__version__}, torch {torch.__version__}", flush=True)
for line in sys.stdin:
    try:
        answer = timed(json.loads(line))
    except Exception as error:
        answer = {"error": type(error).__name__}
    print(json.dumps(answer), flush=True)
