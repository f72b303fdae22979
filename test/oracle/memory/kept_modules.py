"""Ground truth for what transformers leaves unpacked when it loads a model with bitsandbytes: the linear layers that it keeps.

    python kept_modules.py configs.jsonl out.jsonl        writes {"config", "kept"} for each {"config"}
"""
import json
import os
import sys

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import torch
import transformers

from whole import LEFT_OUT

if transformers.__version__ < "5":
    from transformers.integrations.bitsandbytes import get_keys_to_not_convert

    def is_kept(name, keys):
        return name.split(".")[-1] in keys or any(f"{key}." in name or key == name for key in keys)
else:
    from transformers.quantizers.base import get_keys_to_not_convert
    from transformers.quantizers.quantizers_utils import should_convert_module

    def is_kept(name, keys):
        return not should_convert_module(name, keys)


def kept(config):
    made = getattr(transformers, config["architectures"][0])
    stated = {k: v for k, v in config.items() if k not in LEFT_OUT}
    known = config["model_type"] in transformers.CONFIG_MAPPING
    parsed = transformers.CONFIG_MAPPING[config["model_type"]](**stated) if known else made.config_class(**stated)
    with torch.device("meta"):
        model = made._from_config(parsed)
    keys = get_keys_to_not_convert(model)
    return [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear) and is_kept(name, keys)]


def main():
    with open(sys.argv[2], "w") as out:
        for line in open(sys.argv[1]):
            config = json.loads(line)["config"]
            out.write(json.dumps({"config": config, "kept": kept(config)}) + "\n")


if __name__ == "__main__":
    main()
