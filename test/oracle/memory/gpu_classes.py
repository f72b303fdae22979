"""Memory of real steps of other classes than causal decoders on a real GPU: gpu.py, for the first of the config's `architectures`.

    python gpu_classes.py cases.jsonl out.jsonl [seconds]

Labels are those of inputs.py. Batches have no padding; classes that look for the last token find it at the end of each sequence.
"""
import inspect

import peft
import torch
import transformers

import gpu
from inputs import inputs_of


class Labelled:
    """Stands for a model that takes ids and labels of the same size: gives it the labels of its class."""

    def __init__(self, model, config, options):
        self.model, self.config, self.options = model, config, options
        self.names = inspect.signature((model.get_base_model() if hasattr(model, "get_base_model") else model).forward).parameters

    def __getattr__(self, name):
        return getattr(self.model, name)

    def __call__(self, input_ids, labels=None, **kwargs):
        if not hasattr(self, "labels"):
            with torch.device("cuda"):
                _, self.labels = inputs_of(self.model, self.config, self.options)
        taken = {name: value for name, value in kwargs.items() if name in self.names}
        return self.model(input_ids=input_ids, **(self.labels if labels is not None else {}), **taken)


class Named:
    """Stands for an automatic class: builds the class that the case names."""

    def __init__(self):
        self.name = None

    def from_config(self, config, **kwargs):
        if config.pad_token_id is None:
            config.pad_token_id = config.vocab_size - 1
        made = getattr(transformers, self.name)
        if not made._supports_sdpa:
            kwargs["attn_implementation"] = "eager"
        return made._from_config(config, **kwargs)


def without_task(**kwargs):
    kwargs.pop("task_type", None)
    return LORA_CONFIG(**kwargs)


if __name__ == "__main__":
    LORA_CONFIG, peft.LoraConfig = peft.LoraConfig, without_task
    named = transformers.AutoModelForCausalLM = Named()
    build, train, prefill = gpu.build, gpu.train, gpu.prefill
    case = {}

    def build_named(config, options):
        case["config"], named.name = config, config["architectures"][0]
        return build(config, options)

    gpu.build = build_named
    gpu.train = lambda model, ids, options: train(Labelled(model, case["config"], options), ids, options)
    gpu.prefill = lambda model, ids, options: prefill(Labelled(model, case["config"], options), ids, options)
    gpu.attention_backend = lambda config: "as in gpu.py"
    gpu.main()
