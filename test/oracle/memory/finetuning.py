"""Ground truth for the fine-tuning types of the API page: oracle.py's steps with what each type trains, holds and runs.

    pip install -r requirements.txt
    python finetuning.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases and records as in oracle.py; options have `finetuningType`, with `lora`, `numVirtualTokens`, `encoderHiddenSize`, `prefixProjection` and
`layers`, in place of `method`. Adapters and virtual tokens are PEFT's. The preference methods are TRL's (1.16): the loss from
`ChunkedLogProbFunction` with its kernels left out (they write over their tile), all tokens as completions, and the reference as `_compute_loss`
of DPOTrainer runs it. TRL is read from the folder that TRL_SOURCE names: its package needs no installation.
"""
import json
import os
import sys
import types
from contextlib import nullcontext

import torch
import transformers
from torch._subclasses.fake_tensor import FakeTensorMode

import oracle

if transformers.__version__ < "5":  # which computes experts one by one
    import balanced  # noqa: F401: spreads tokens evenly

OPTIMIZER_OF = oracle.optimizer_of
PAIRS = ("dpo", "cdpo", "ipo")


def peft_config(model, kind, options):
    """PEFT's config of an adapter; None where the weights themselves are trained."""
    import peft

    lora = options.get("lora")
    if lora and lora.get("peftType") == "vera":
        return peft.VeraConfig(r=lora["rank"], target_modules=lora.get("targetModules"), task_type="CAUSAL_LM")
    if kind in ("lora", "lora_merged", "lora_plus", "dora") or (lora and lora.get("peftType", "lora") == "lora" and kind not in ("adalora",)):
        more = {"use_dora": True} if kind == "dora" else {}
        return peft.LoraConfig(**oracle.lora_arguments(lora), **more, task_type="CAUSAL_LM")
    if kind == "adalora":
        return peft.AdaLoraConfig(init_r=lora["rank"], target_modules=lora.get("targetModules"), total_step=100, task_type="CAUSAL_LM")
    tokens = {"num_virtual_tokens": options.get("numVirtualTokens"), "task_type": "CAUSAL_LM", **unread_sizes(model.config)}
    size = {"encoder_hidden_size": options["encoderHiddenSize"]} if "encoderHiddenSize" in options else {}
    if kind in ("prompt_tuning", "soft_prompt"):
        return peft.PromptTuningConfig(**tokens)
    if kind == "p_tuning":
        return peft.PromptEncoderConfig(**tokens, **size)
    if kind in ("prefix_tuning", "p_tuning_v2"):
        return peft.PrefixTuningConfig(**tokens, **size, prefix_projection=options.get("prefixProjection", False))
    return None


def unread_sizes(config):
    """The sizes that PEFT asks for where a config has them under names that it does not know (DBRX, MPT)."""
    if not hasattr(config, "d_model") or not hasattr(config, "n_layers"):
        return {}
    return {"num_layers": config.n_layers, "num_attention_heads": config.n_heads, "token_dim": config.d_model}


def freeze(model, kind, options):
    """Leaves only what the type trains."""
    count = {"last_layer": 1, "top_layers": options.get("layers")}.get(kind)
    list_name = next((n for n, m in model.named_modules() if isinstance(m, torch.nn.ModuleList)), "")
    last = len(model.get_submodule(list_name)) if list_name else 0
    top = tuple(f"{list_name}.{last - 1 - i}." for i in range(count or 0))
    for name, p in model.named_parameters():
        if kind == "bias_only":
            p.requires_grad_(name.endswith(".bias"))
        elif kind == "attention_only":
            p.requires_grad_(any(part in name for part in (".self_attn.", ".attn.")))
        elif count:
            p.requires_grad_(name.startswith(top))


def build(config, options):
    from peft import get_peft_model

    kind = options.get("finetuningType")
    model = oracle.build(config, {**options, "method": "full", "gradientCheckpointing": False})
    with torch.device("meta"):
        if options.get("quantization"):
            import qlora  # which replaces functions of bitsandbytes

            qlora.replace_linear_layers(model, options["quantization"])
            setattr(model, "is_loaded_in_8bit" if options["quantization"] == "int8" else "is_loaded_in_4bit", True)
        adapters = peft_config(model, kind, options)
        if adapters is not None:
            model = get_peft_model(model, adapters)
            for name, p in model.named_parameters():  # PEFT moves adapters to the dtype of the weights, but not on 'meta'
                if p.requires_grad and "modules_to_save" not in name:
                    p.data = p.data.to(getattr(torch, options.get("adapterDtype", "float32")))
        else:
            freeze(model, kind, options)
    if options.get("gradientCheckpointing"):
        model.gradient_checkpointing_enable({"use_reentrant": bool(options.get("reentrant")), "preserve_rng_state": False})
    return model


def chunked_log_probs():
    """`ChunkedLogProbFunction` of TRL, with kernels that do nothing and `addmm` into float32 as on CUDA."""
    source = open(os.path.join(os.environ["TRL_SOURCE"], "trl/kernels/chunked_logprob.py")).read()
    source = source.replace("from ..trainer.utils import maybe_gather_lm_head_ctx", "maybe_gather_lm_head_ctx = lambda *_: __import__('contextlib').nullcontext()")
    source = source.replace("from transformers.utils import is_triton_available", "is_triton_available = lambda: False")
    module = types.ModuleType("chunked_logprob")
    exec(compile(source, "chunked_logprob.py", "exec"), module.__dict__)

    class Nothing:
        def __getitem__(self, grid):
            return lambda *args, **kwargs: None

    module._use_triton, module.triton = lambda device: True, types.SimpleNamespace(cdiv=lambda a, b: -(-a // b))
    module._forward_kernel = module._backward_kernel = Nothing()
    module._addmm_fp32 = lambda acc, a, b: None
    return module.ChunkedLogProbFunction


def log_probs(model, ids, function):
    """The fused forward of `add_fused_lm_head`, where every token but the first counts."""
    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = causal.base_model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    labels = ids[:, 1:]
    mask = labels != -100
    head = causal.get_output_embeddings()
    chosen = Chosen.apply(hidden, mask)
    targets = torch.empty(labels.numel(), dtype=labels.dtype)
    per_token = function.apply(chosen, head.weight, head.bias, targets, 1.0, 32768, None, 1.0, ("log_probs",))[0]
    return per_token


class Chosen(torch.autograd.Function):
    """`hidden[mask]`, whose size a fake tensor does not know: a copy, and in backward zeros and a copy with the gradient."""

    @staticmethod
    def forward(ctx, hidden, mask):
        ctx.shape = hidden.shape
        ctx.save_for_backward(mask)
        return torch.empty((mask.numel(), hidden.shape[-1]), dtype=hidden.dtype)

    @staticmethod
    def backward(ctx, gradient):
        zeros = gradient.new_zeros(ctx.shape)
        return torch.empty_like(zeros), None


class Preference:
    """Stands in for the model in `oracle.train`: a call is one `_compute_loss` of TRL's DPOTrainer."""

    def __init__(self, model, reference, function):
        self.model, self.reference, self.function = model, reference, function

    def train(self):
        self.model.train()

    def parameters(self):
        return self.model.parameters()

    def __call__(self, input_ids, labels, use_cache):
        per_token = log_probs(self.model, input_ids, self.function)
        if self.reference is not False:
            with torch.no_grad():
                off = self.model.disable_adapter() if self.reference is None else nullcontext()
                with off:
                    ref = log_probs(self.reference or self.model, input_ids, self.function)
        return types.SimpleNamespace(loss=per_token.mean())


def run(config, options):
    kind = options.get("finetuningType")
    ledger = oracle.Ledger()
    oracle.optimizer_of = OPTIMIZER_OF
    torch.manual_seed(0)
    model = build(config, options)
    is_pair = kind in PAIRS
    reference = build(config, {**options, "finetuningType": "all_weights", "gradientCheckpointing": False}) if is_pair and "lora" not in options else None
    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(options.get("attention")), ledger:
        for one in (model, reference):
            if one is None:
                continue
            oracle.materialize(one)
            materialize_dicts(one)
            for p in one.parameters():
                ledger.book(p, "parameters", True)
            for b in one.buffers():
                ledger.book(b, "buffers", True)
        if reference is not None:
            reference.requires_grad_(False)
        sequences = options["batchSize"] * (2 if is_pair else 1)
        ids = torch.zeros(sequences, options["sequenceLength"], dtype=torch.long)
        ledger.book(ids, "buffers", True)
        if kind == "lora_plus":
            oracle.optimizer_of = lambda trained, options: lora_plus_optimizer(model)
        trained = Preference(model, reference, chunked_log_probs()) if is_pair else model
        truth = oracle.train(trained, ids, {**options, "method": "lora"}, ledger)
    truth["trainableCount"] = oracle.count(p for p in model.parameters() if p.requires_grad)
    return truth


def lora_plus_optimizer(model):
    from peft.optimizers import create_loraplus_optimizer

    return create_loraplus_optimizer(model=model, optimizer_cls=torch.optim.AdamW, lr=1e-4, loraplus_lr_ratio=16, foreach=True)


def materialize_dicts(model):
    """PEFT's dictionaries of buffers, and the indices of virtual tokens, are no buffers of modules."""
    tokens = getattr(model, "prompt_tokens", {})
    for name, t in list(tokens.items()):
        tokens[name] = torch.zeros(t.shape, dtype=t.dtype, device="cpu")


def main():
    source, target = sys.argv[1:3]
    done = {json.loads(line)["id"] for line in open(target)} if os.path.exists(target) else set()
    for line in open(source):
        case = json.loads(line)
        if case["id"] in done:
            continue
        try:
            record = {**case, "truth": run(case["config"], case["options"])}
        except Exception as error:
            print("FAILED", case["id"], repr(error)[:300], flush=True)
            if os.environ.get("ORACLE_RAISE"):
                raise
            continue
        with open(target, "a") as out:
            out.write(json.dumps(record) + "\n")
        print(case["id"], record["truth"]["peak"]["total"], flush=True)


if __name__ == "__main__":
    main()
