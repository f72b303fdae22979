"""Ground truth for checkpoint inspection: what transformers builds, and PEFT trains, from a Hugging Face config.

    python oracle.py [--no-lora] CONFIG.json ... > records.jsonl

The model is built on the meta device: no weights, no download. One record a config:

config            the config.json content
architecture      class that was built; family is its model_type; transformers is the version that built it. In 4.x each routed expert is
                  modules of its own, named as in the checkpoint; 5.x fuses a layer's experts into 3-D parameters, which are no linear
                  layers. 4.57 is the reference; 5.x records are of families that 4.57 lacks, so their linear_layers leave out routed experts
total_parameters  unique trainable-or-not parameters; a tied one counts once; buffers do not count
active_parameters total, with each routed expert's parameters scaled by experts-per-token / experts
parameters        {name: shape} of every unique parameter, folded (below)
tied              {name: name it shares its storage with}
linear_layers     {module name: [in_features, out_features]} of every nn.Linear and transformers Conv1D, folded
lora              {target: {rank: {"trainable": n, "modules": n}}}; targets: "all-linear", "default" (PEFT's own table for the family) and
                  "attention" (the modules named q_proj/k_proj/v_proj/o_proj or the like that exist); or {"error": type}

Folding: integer path components that differ between names equal in everything else, shape included, are joined into ranges:
"model.layers.{0-31}.mlp.up_proj.weight". A component may be "{0-2,4,6-31}". With several components ("layers.{1-60}.experts.{0-255}") a
folded name stands for their full product.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections import defaultdict

warnings.filterwarnings("ignore")

import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.pytorch_utils import Conv1D

transformers.logging.set_verbosity_error()

ATTENTION_NAMES = ["q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "qkv_proj", "c_attn", "query_key_value", "query", "key", "value", "q", "k", "v", "Wqkv", "dense"]


def ranges(numbers: list[int]) -> str:
    """[0, 1, 2, 5] -> '{0-2,5}'."""
    numbers, parts = sorted(numbers), []
    for n in numbers:
        if parts and parts[-1][1] == n - 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return "{" + ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts) + "}"


def fold(items: dict[str, list[int]]) -> dict[str, list[int]]:
    """Folds integer components from the last to the first, as long as all else agrees."""
    entries = [(name.split("."), tuple(shape)) for name, shape in items.items()]
    depth = max((len(path) for path, _ in entries), default=0)
    for position in reversed(range(depth)):
        groups: dict = defaultdict(list)
        rest = []
        for path, shape in entries:
            if position < len(path) and re.fullmatch(r"\d+", path[position]):
                groups[(tuple(path[:position]), tuple(path[position + 1 :]), shape)].append(int(path[position]))
            else:
                rest.append((path, shape))
        entries = rest + [
            (list(before) + [str(n[0]) if len(n) == 1 else ranges(n)] + list(after), shape)
            for (before, after, shape), n in groups.items()
        ]
    return {".".join(path): list(shape) for path, shape in sorted(entries, key=lambda e: e[0])}


def build(config: dict) -> torch.nn.Module:
    """The model class named in `architectures`, or the causal model of the family."""
    settings = {k: v for k, v in config.items() if k != "model_type"}
    parsed = AutoConfig.for_model(config["model_type"], **settings)
    name = (config.get("architectures") or [None])[0]
    with torch.device("meta"):
        if name and hasattr(transformers, name):
            model = getattr(transformers, name)._from_config(parsed)
        else:
            model = AutoModelForCausalLM.from_config(parsed)
    model.tie_weights()
    return model


def is_linear(module: torch.nn.Module) -> bool:
    return isinstance(module, (torch.nn.Linear, Conv1D))


def features(module: torch.nn.Module) -> list[int]:
    """[in_features, out_features]; a Conv1D keeps its weight transposed."""
    return list(module.weight.shape) if isinstance(module, Conv1D) else [module.in_features, module.out_features]


def routed_experts(model: torch.nn.Module, config) -> tuple[int, float]:
    """Parameters of routed experts and the share of them that one token uses."""
    text = config.get_text_config()
    experts = next((getattr(text, k) for k in ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts") if getattr(text, k, None)), None)
    if experts is None and hasattr(text, "ffn_config"):
        experts, chosen = text.ffn_config.moe_num_experts, text.ffn_config.moe_top_k
    else:
        chosen = next((getattr(text, k) for k in ("num_experts_per_tok", "moe_k", "num_experts_per_token", "moe_top_k", "moe_topk") if getattr(text, k, None)), None)
    if not experts or not chosen:
        return 0, 1.0
    size = sum(p.numel() for n, p in model.named_parameters() if re.search(r"\.experts\.|(block_sparse_moe|mlp)\.(input|output)_linear\.", n) and "shared" not in n and not re.search(r"experts\.(router\.|bias$)", n))
    return size, chosen / experts


def lora_counts(config: dict, targets, rank: int) -> dict:
    try:
        model = get_peft_model(build(config), LoraConfig(r=rank, target_modules=targets))
    except Exception as error:  # PEFT has no default for the family, or no module matches
        return {"error": type(error).__name__}
    trained = [n for n, p in model.named_parameters() if p.requires_grad]
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return {"trainable": count, "modules": sum(".lora_A." in n or ".lora_embedding_A." in n for n in trained)}


def record(config: dict, lora: bool = True) -> dict:
    model = build(config)
    unique = dict(model.named_parameters())
    first = {id(p): n for n, p in unique.items()}
    tied = {n: first[id(p)] for n, p in model.named_parameters(remove_duplicate=False) if first[id(p)] != n}
    linear = {n: features(m) for n, m in model.named_modules() if is_linear(m)}
    total = sum(p.numel() for p in unique.values())
    experts, share = routed_experts(model, model.config)
    out = {
        "config": config,
        "transformers": transformers.__version__,
        "architecture": type(model).__name__,
        "family": config["model_type"],
        "total_parameters": total,
        "active_parameters": total - experts + round(experts * share),
        "parameters": fold({n: list(p.shape) for n, p in unique.items()}),
        "tied": tied,
        "linear_layers": fold(linear),
    }
    if lora and len(linear) <= 5000:
        present = sorted({n.rsplit(".", 1)[-1] for n in linear} & set(ATTENTION_NAMES))
        out["lora"] = {
            "all-linear": {str(r): lora_counts(config, "all-linear", r) for r in (8, 32)},
            "default": {"16": lora_counts(config, None, 16)},
        }
        if present:
            out["lora"]["attention"] = {"names": present, "8": lora_counts(config, present, 8)}
    return out


if __name__ == "__main__":
    paths = [argument for argument in sys.argv[1:] if argument != "--no-lora"]
    for path in paths:
        print(json.dumps(record(json.load(open(path)), lora="--no-lora" not in sys.argv)))
