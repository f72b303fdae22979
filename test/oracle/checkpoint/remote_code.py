"""Ground truth for families whose code only their authors have: builds the models from packages on PyPI that carry that code.

    pip install torch transformers==4.57.6 peft==0.21.2
    mkdir packages && cd packages
    for package in optimum-habana==1.21.2 xtuner==0.2.0 modelscope==1.9.5; do
        pip download --no-deps --only-binary :all: $package && unzip -qo ${package%%==*}*.whl '*.py' -d ${package%%==*}
    done
    python remote_code.py packages > records.jsonl

Nothing of the packages is installed: a file is loaded alone, and whatever else it imports is an empty stand-in. The records are those of
oracle.py; `transformers` names the package. flash-linear-attention 0.6.0 (rwkv7, with transformers 5.24.0 and fla-core) and mlx-lm 0.32.2
(nemotron-nas, minicpm, phi3small) were recorded in the same way, from their own modules' names and shapes.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import json
import os
import sys
import types

import oracle
import torch
import transformers

STAND_INS = ("habana_frameworks", "optimum", "modelscope", "xtuner", "flash_attn", "einops", "timm", "mmengine")
torch.bf16 = torch.bfloat16  # optimum-habana spells it so


class Anything(type):
    """A class of which every attribute is a text: a registry's keys."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return "x"


class Registry:
    """A registry of models, whose decorator leaves a class as it is."""

    def register_module(self, *_, **__):
        return lambda cls: cls


class Model:
    """The base class of modelscope's models."""

    def __init__(self, *_, **__):
        pass


class TorchModel(Model):
    pass


def identity(*args, **_):
    return args[0] if args else (lambda function: function)


class StandIn(types.ModuleType):
    __path__: list = []
    KNOWN = {"Model": Model, "TorchModel": TorchModel, "PretrainedConfig": transformers.PretrainedConfig, "DropPath": torch.nn.Identity}

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self.KNOWN:
            return self.KNOWN[name]
        if name.isupper():
            return Registry()
        return Anything(name, (), {}) if name[0].isupper() else identity


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] not in STAND_INS:
            return None
        parent = sys.modules.get(name.rpartition(".")[0])
        if parent is not None and not isinstance(parent, StandIn):
            found = importlib.machinery.PathFinder.find_spec(name, parent.__path__)
            if found:
                return found
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        pass


def load(packages: str, path: str):
    """A file of a package, such as `xtuner/xtuner/_lite/modelings/internlm2/modeling_internlm2.py`."""
    folder, file = os.path.split(path)
    package = folder.split("/", 1)[1].replace("/", ".")
    if isinstance(sys.modules.get(package), (StandIn, type(None))):
        importlib.import_module(package.rsplit(".", 1)[0])
        module = types.ModuleType(package)
        module.__path__ = [os.path.join(packages, folder)]
        sys.modules[package] = module
    return importlib.import_module(f"{package}.{file[:-3]}")


HABANA = "optimum-habana/optimum/habana/transformers/models/"
XTUNER = "xtuner/xtuner/_lite/modelings/"
SMALL = dict(vocab_size=128, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4)
GLM = dict(num_layers=2, padded_vocab_size=128, hidden_size=64, ffn_hidden_size=96, kv_channels=16, num_attention_heads=4, add_qkv_bias=True)

# The package, its folder, the file's ending, the configuration class, the model's class, the config, and what the package's class needs more.
CASES = [
    ("optimum-habana 1.21.2", HABANA + "chatglm", "chatglm", "ChatGLMConfig", "ChatGLMForConditionalGeneration", dict(model_type="chatglm", **GLM), dict(original_rope=True)),
    ("optimum-habana 1.21.2", HABANA + "baichuan", "baichuan", "BaichuanConfig", "BaichuanForCausalLM", dict(model_type="baichuan", **SMALL, z_loss_weight=0), {}),
    ("xtuner 0.2.0", XTUNER + "internlm2", "internlm2", "InternLM2Config", "InternLM2ForCausalLM", dict(model_type="internlm2", **SMALL, num_key_value_heads=2, bias=False), dict(attn_implementation="eager")),
    ("xtuner 0.2.0", XTUNER + "internvl2", "intern_vit", "InternVisionConfig", "InternVisionModel", dict(model_type="intern_vit_6b", hidden_size=32, num_attention_heads=4, intermediate_size=48, num_hidden_layers=2, image_size=56), {}),
]


def main(packages: str) -> None:
    sys.meta_path.insert(0, Finder())
    for package, folder, ending, config_class, model_class, config, more in CASES:
        settings = {name: value for name, value in config.items() if name != "model_type"}
        parsed = getattr(load(packages, f"{folder}/configuration_{ending}.py"), config_class)(**settings, **more)
        with torch.device("meta"):
            model = getattr(load(packages, f"{folder}/modeling_{ending}.py"), model_class)(parsed)
        oracle.build = lambda _, built=model: built
        print(json.dumps({**oracle.record(config, lora=False), "transformers": package}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
