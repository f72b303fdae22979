"""Ground truth for models that are more than a causal decoder: encoders, encoder-decoders, and models that see or hear.

    python whole.py cases.jsonl out.jsonl        as oracle.py; the class is the first of the config's `architectures`
    python whole.py --trace case.json            prints each operation of the recorded step, with the live bytes after it

Inputs by class: labels for each token, for each sequence, or the first and last token of a span. `targetLength` are the tokens that an
encoder-decoder writes (default: `sequenceLength`). inputs.py makes them, with pixel values and spectrograms of the
sizes that the config states. Batches have no padding, as in oracle.py: masks of ones are none.
Where transformers looks at values (is the mask all ones? does the number of placeholders match?), it gets what a real batch would answer.
"""
import json
import os
import re
import sys
from contextlib import contextmanager, nullcontext

import torch
import transformers

import oracle
from inputs import inputs_of

LEFT_OUT = ("model_type", "dtype", "torch_dtype", "transformers_version", "architectures", "quantization_config")


def build(config, options, fake=True):
    """The class that the config names, with PEFT's adapters for lora."""
    name = config["architectures"][0]
    made = getattr(transformers, name)
    stated = {k: v for k, v in config.items() if k not in LEFT_OUT}
    # A part of a model may have a class that AutoConfig does not know by name.
    is_known = config["model_type"] in transformers.CONFIG_MAPPING
    parsed = oracle.config_of(config["model_type"], stated) if is_known else made.config_class(**stated)
    dtype = torch.float32 if options["method"] == "full-mixed" else getattr(torch, options.get("dtype", "bfloat16"))
    attention = "eager" if options.get("attention") == "eager" or getattr(parsed, "attn_logit_softcapping", None) or not made._supports_sdpa else "sdpa"
    if attention == "sdpa" and config["model_type"] in ("gemma3n", "gemma4", "blip-2"):
        attention = None  # their parts choose: timm's encoder and that of sound have no other
    with torch.device("meta" if fake else "cpu"):
        model = as_loaded(made._from_config(parsed, dtype=dtype, attn_implementation=attention), dtype)
        if options["method"] == "lora":
            from peft import LoraConfig, get_peft_model
            from peft.tuners.lora import layer

            layer.Linear.get_delta_weight = oracle.delta_weight
            arguments = oracle.lora_arguments(options["lora"])
            model = get_peft_model(model, LoraConfig(**arguments))
            for name, p in model.named_parameters():
                if "lora_" in name and "adapterDtype" in options:
                    p.data = p.data.to(getattr(torch, options["adapterDtype"]))
        oracle.checkpoint(model, options)
        if options.get("inputGradients"):
            model.enable_input_require_grads()
    return model


def as_loaded(model, dtype):
    """
    `from_pretrained` casts what a class makes in float32 of its own accord, such as DeBERTa's biases of queries and values, and moves what it
    makes on the CPU, such as XLNet's projections. It keeps what a class names (`_keep_in_fp32_modules_strict`, and in float16
    `_keep_in_fp32_modules`).
    """
    device = list(model.parameters())[-1].device
    strict = getattr(model, "_keep_in_fp32_modules_strict", None) or ()
    in_half = (getattr(model, "_keep_in_fp32_modules", None) or ()) if dtype == torch.float16 else ()
    kept = [re.compile(rf"(^|\.){re.escape(name)}($|\.)") for name in (*strict, *in_half)]
    for prefix, module in model.named_modules():
        for name, parameter in module._parameters.items():
            wanted = torch.float32 if any(one.search(f"{prefix}.{name}") for one in kept) else dtype
            if parameter is not None and (parameter.dtype != wanted or parameter.device != device):
                made = torch.empty_like(parameter, dtype=wanted, device=device)
                module._parameters[name] = torch.nn.Parameter(made, requires_grad=parameter.requires_grad)
    return model


def mpnet_bias(self, x, position_ids=None, num_buckets=32):
    """`MPNetEncoder.compute_position_bias`, which sorts distances into buckets on the CPU, and copies these."""
    buckets = torch.zeros(x.size(1), x.size(1), dtype=torch.long)
    values = self.relative_attention_bias(buckets).permute([2, 0, 1]).unsqueeze(0)
    return values.expand((x.size(0), -1, x.size(1), x.size(1))).contiguous()


class AllOnes:
    """What `torch.all(mask == 1)` says of a batch without padding."""

    def __init__(self, all_):
        self.all_ = all_

    def __call__(self, condition, *rest, **kwargs):
        return self.all_(condition, *rest, **kwargs) if rest or kwargs else True


def tables_as_buffers(ledger):
    """ESM's rotary tables, which its modules make once and hold in plain attributes, are counted as buffers (transformers 4)."""
    import transformers.models.esm.modeling_esm as esm

    owner = getattr(esm, "RotaryEmbedding", None)
    if owner is None:
        return []
    update = owner._update_cos_sin_tables

    def updated(self, *args, **kwargs):
        tables = update(self, *args, **kwargs)
        for t in tables:
            ledger.book(t, "buffers", True)
        return tables

    return [(owner, "_update_cos_sin_tables", updated)]


def experts_of_step():
    """Step 3.7's experts, beside which the code has a class of tokens without one (transformers 5)."""
    try:
        from transformers.models.step3p7.modeling_step3p7 import Step3p7Experts
    except ImportError:
        return []
    forward = Step3p7Experts.forward

    def counted(self, *args, **kwargs):
        oracle.BalancedRouting.empty_classes = 1
        try:
            return forward(self, *args, **kwargs)
        finally:
            oracle.BalancedRouting.empty_classes = 0

    return [(Step3p7Experts, "forward", counted)]


@contextmanager
def values_as_in_a_batch(ledger=None):
    torch.distributions.Distribution.set_default_validate_args(False)  # which looks at values
    patches = [(torch, "all", AllOnes(torch.all)), (torch.Tensor, "all", lambda self, *a, **k: True)]
    rand = torch.rand
    patches.append((torch, "rand", lambda *a, **k: 1.0 if a == ([],) else rand(*a, **k)))  # no layer is dropped
    patches.append((torch, "unique_consecutive", lambda counts: [0]))  # all sequences have as many ends
    getitem = torch.Tensor.__getitem__

    def at_ends(self, index):
        """Vectors by a mask of the last tokens, of which each sequence has one."""
        if isinstance(index, tuple) and torch.is_tensor(index[0]) and index[0].dtype == torch.bool and index[0].dim() == 2:
            places = torch.zeros(self.shape[0], dtype=torch.long)
            return getitem(self, (places, torch.zeros(self.shape[0], dtype=torch.long)))
        return getitem(self, index)

    patches.append((torch.Tensor, "__getitem__", at_ends))
    patches.extend(experts_of_step())
    import transformers.modeling_utils as modeling

    layer_norm, softmax = torch.nn.functional.layer_norm, torch.nn.functional.softmax

    def is_half(t):
        return torch.is_autocast_enabled("cpu") and t.dtype == torch.bfloat16

    # CUDA's autocast computes these in float32, which the CPU's does not.
    patches.append((torch.nn.functional, "layer_norm", lambda x, *a, **k: layer_norm(x.float() if is_half(x) else x, *a, **k)))
    patches.append((torch.nn.functional, "softmax", lambda x, *a, **k: softmax(x.float() if is_half(x) else x, *a, **k)))
    import transformers.models.deberta.modeling_deberta as deberta

    import transformers.models.xlnet.modeling_xlnet as xlnet

    import transformers.models.mpnet.modeling_mpnet as mpnet

    patches.append((mpnet.MPNetEncoder, "compute_position_bias", mpnet_bias))
    # Made on the CPU: the copy on the GPU has the positions of each sequence.
    encoding = xlnet.XLNetModel.relative_positional_encoding
    patches.append((xlnet.XLNetModel, "relative_positional_encoding", lambda self, *a, **k: encoding(self, *a, **k).contiguous()))
    # Sizes, which are numbers on the CPU.
    patches.append((deberta, "compute_attention_span", lambda query, key, most: min(max(query.size(-2), key.size(-2)), most)))
    patches.append((modeling.PreTrainedModel, "warn_if_padding_and_no_attention_mask", lambda *a, **k: None))
    if ledger is not None:
        patches.extend(tables_as_buffers(ledger))
    olds = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
    for owner, name, new in patches:
        setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name, old in olds:
            setattr(owner, name, old)


class Batch:
    """Stands for a model that takes the ids alone: gives it all inputs of a batch, with or without labels."""

    def __init__(self, model, inputs, labels):
        self.model, self.inputs, self.labels = model, inputs, labels

    def __getattr__(self, name):
        return getattr(self.model, name)

    def __call__(self, labels=None, input_ids=None, **kwargs):
        return self.model(**self.inputs, **(self.labels if labels is not None else {}), **kwargs)


def takes(model, argument):
    import inspect

    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return argument in inspect.signature(inner.forward).parameters


class Quiet(Batch):
    """A batch for a class without `use_cache`."""

    def __call__(self, labels=None, input_ids=None, use_cache=None, **kwargs):
        return super().__call__(labels=labels, **kwargs)


def encode(model, inputs, ledger):
    """One forward pass of a model that caches nothing, or of an encoder-decoder."""
    ledger.phase = "forward"
    ledger.reset()
    with oracle.booked_caches(ledger), torch.no_grad():
        out = model(**inputs)
    after = dict(ledger.now)
    del out
    return {"afterForward": after, "static": {}, "peak": ledger.peak()}


def materialize_attributes(model, ledger):
    """Tables that modules hold in plain attributes, which they move to the device when they first run, are counted as buffers."""
    for module in model.modules():
        for name, value in list(vars(module).items()):
            if torch.is_tensor(value) and value.device.type == "meta":
                # The second name of rotary frequencies, which stays on the CPU when the model is moved, and what LayoutLMv3 leaves there.
                if name in ("visual_bbox", "original_inv_freq"):
                    continue
                made = torch.empty(value.shape, dtype=value.dtype)
                setattr(module, name, made)
                ledger.book(made, "buffers", True)


def run(config, options, trace=None):
    ledger = oracle.Ledger()
    ledger.trace = trace
    torch.manual_seed(0)
    model = build(config, options)
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(options.get("attention")), values_as_in_a_batch(ledger), ledger:
        oracle.materialize(model)
        materialize_attributes(model, ledger)
        parameters = list(model.parameters())
        for p in parameters:
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        inputs_only = options["method"] == "inference"
        inputs, labels = inputs_of(model, config, options)
        labels = {} if inputs_only else labels
        for t in (*inputs.values(), *labels.values()):
            if torch.is_tensor(t):
                ledger.book(t, "buffers", True)
        if inputs_only:
            model.eval()
            caches = not config["architectures"][0].startswith(("OpenAIGPT", "XLNet")) and (takes(model, "logits_to_keep") or config["architectures"][0].endswith(("ForCausalLM", "LMHeadModel"))) and not getattr(model.config, "is_encoder_decoder", False)
            truth = oracle.prefill(Batch(model, inputs, labels), None, ledger) if caches else encode(model, inputs, ledger)
        else:
            batch = (Batch if takes(model, "use_cache") or takes(model, "logits_to_keep") else Quiet)(model, inputs, labels)
            truth = oracle.train(batch, 0, options, ledger)
    truth["static"]["parameters"] = ledger.bytes_of(parameters)
    truth["parameterCount"] = oracle.count(parameters)
    truth["trainableCount"] = 0 if inputs_only else oracle.count(p for p in parameters if p.requires_grad)
    truth["kernels"] = ledger.kernels
    return truth


def traced(path):
    case, trace = json.load(open(path)), []
    kept = []

    class Trace(list):
        """Survives the end of the step."""

        def clear(self):
            del kept[:]

        def append(self, line):
            kept.append(line)

    truth = run(case["config"], case["options"], Trace())
    for phase, name, total, made in kept:
        print(phase, total, name, " ".join(f"{list(shape)}{dtype[6:]}" for shape, dtype in made))
    print(json.dumps(truth["peak"]), file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[1] == "--trace":
        oracle.import_classes()
        traced(sys.argv[2])
    else:
        oracle.run = run
        oracle.main()
