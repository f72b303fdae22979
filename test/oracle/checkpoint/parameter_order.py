"""The order of a model's parameters, which decides what optimizers that go through them one by one hold at the same time.

    python parameter_order.py CASES.jsonl >> records.jsonl

A case is {"config", "architecture"}: a class of transformers, built on the meta device. A record adds "transformers", the version, and "names",
those of `model.named_parameters()`. Run it with 4.57 first, and with 5.24 for the families that 4.57 lacks.
"""

from __future__ import annotations

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import torch
import transformers

transformers.logging.set_verbosity_error()

LEFT_OUT = ("model_type", "dtype", "torch_dtype", "transformers_version", "architectures", "quantization_config")


def record(case: dict) -> dict:
    config, made = case["config"], getattr(transformers, case["architecture"])
    stated = {k: v for k, v in config.items() if k not in LEFT_OUT}
    is_known = config["model_type"] in transformers.CONFIG_MAPPING
    parsed = transformers.AutoConfig.for_model(config["model_type"], **stated) if is_known else made.config_class(**stated)
    with torch.device("meta"):
        model = made._from_config(parsed)
        model.tie_weights()
    return {**case, "transformers": transformers.__version__, "names": [name for name, _ in model.named_parameters()]}


if __name__ == "__main__":
    for line in open(sys.argv[1]):
        case = json.loads(line)
        try:
            print(json.dumps(record(case)), flush=True)
        except Exception as error:  # a class that this version lacks, or cannot build on the meta device
            print(case["architecture"], repr(error)[:200], file=sys.stderr)
