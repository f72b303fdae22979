"""Every model type of a version of transformers: its default config, its main class, and the parameters of the model.

    pip install torch transformers==5.24.0
    python every_type.py > every-type.jsonl         # or: python every_type.py TYPES... > every-type.jsonl
    npx tsx every-type.ts every-type.jsonl

A row a type: `type`, `class`, `config` (as `save_pretrained` writes it) and `total`, or an `error`: parts of other models have no class, and
some default configs build none. The models are on the meta device: no weights, no download.
"""

import json
import signal
import sys
import warnings

warnings.filterwarnings("ignore")

import torch
import transformers
from transformers.models.auto import modeling_auto as auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

# The first that has the type counts: what writes text, then what reads it, then the bare model.
MAPPINGS = ["FOR_MULTIMODAL_LM", "FOR_IMAGE_TEXT_TO_TEXT", "FOR_CAUSAL_LM", "FOR_SEQ_TO_SEQ_CAUSAL_LM", "FOR_SPEECH_SEQ_2_SEQ"]
MAPPINGS += ["FOR_MASKED_LM", "FOR_CTC", "FOR_RETRIEVAL", "FOR_PRETRAINING", None]


def main_class(model_type):
    for mapping in MAPPINGS:
        names = getattr(auto, f"MODEL_{mapping}_MAPPING_NAMES" if mapping else "MODEL_MAPPING_NAMES", {})
        name = names.get(model_type)
        if name:
            return name[0] if isinstance(name, (tuple, list)) else name


def row(model_type):
    found = {"type": model_type, "class": main_class(model_type)}
    signal.alarm(60)
    try:
        config = CONFIG_MAPPING[model_type]()
        found["config"] = json.loads(json.dumps(config.to_dict(), default=str))
        if found["class"]:
            with torch.device("meta"):
                model = getattr(transformers, found["class"])._from_config(config)
            found["total"] = sum(p.numel() for p in model.parameters())
    except BaseException as error:
        found["error"] = f"{type(error).__name__}: {str(error)[:160]}"
    finally:
        signal.alarm(0)
    return found


def timed_out(*_):
    raise TimeoutError()


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    signal.signal(signal.SIGALRM, timed_out)
    for model_type in sys.argv[1:] or list(CONFIG_MAPPING):
        print(json.dumps(row(model_type)), flush=True)
