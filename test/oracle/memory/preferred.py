"""The step of TRL's DPO, KTO and ORPO for data_parallel.py: the fused head within the forward pass of the model, as in losses.py, and a reference beside it.

ORPO and RRHF, and all with `loss: 'logits'` (LLaMA-Factory), compute their loss from the logits that the model returns.
"""
from contextlib import nullcontext

import torch

import finetuning
import losses
import oracle
from oracle import materialize

PAIRS, ASKS = ("dpo", "cdpo", "ipo", "orpo", "rrhf"), ("dpo", "cdpo", "ipo", "kto")
KINDS = (*ASKS, "orpo", "rrhf")


def is_preferred(options):
    return options.get("finetuningType") in KINDS


def is_of_logits(options):
    """Whether the loss is computed outside of the model."""
    return is_preferred(options) and (options["finetuningType"] not in ASKS or options.get("loss") == "logits")


def sequences_of(options):
    return 2 if options.get("finetuningType") in PAIRS else 1


def reference_of(config, options):
    """A frozen copy; none where adapters can be switched off."""
    if options.get("finetuningType") not in ASKS or "lora" in options or options.get("referenceModel") is False:
        return None
    return oracle.build(config, {**options, "method": "full", "gradientCheckpointing": False, "recompute": "none", "inputGradients": False})


def with_fused_head(model, options):
    """`add_fused_lm_head`: within the forward pass, so that what ranks share is gathered."""
    if not is_preferred(options):
        return
    losses.without_dropout(model)
    if is_of_logits(options):
        return
    causal = losses.plain(model)
    function = gathering(finetuning.chunked_log_probs(), options)
    def forward(input_ids=None, **_):
        rows = input_ids.shape[0] * losses.masked(options, input_ids)
        return losses.fused_log_probs(causal, input_ids, function, rows)

    causal.forward = forward


def gathering(function, options):
    """`maybe_gather_lm_head_ctx` of TRL: with ZeRO-3, the head is gathered where the function reads it."""
    if options.get("sharding", {}).get("strategy") != "zero-3":
        return function

    def gathered(*parameters):
        import deepspeed
        from deepspeed.runtime.zero.partition_parameters import ZeroParamStatus

        missing = {id(p): p for p in parameters if p is not None and p.ds_status != ZeroParamStatus.AVAILABLE}
        return deepspeed.zero.GatheredParameters(list(missing.values()))

    function.forward.__globals__["maybe_gather_lm_head_ctx"] = gathered
    return function


def prepared(reference, options, ledger):
    if reference is None:
        return None
    materialize(reference)
    for p in reference.parameters():
        ledger.book(p, "parameters", True)
    for b in reference.buffers():
        ledger.book(b, "buffers", True)
    with_fused_head(reference, options)
    reference.requires_grad_(False)
    strategy = options["sharding"]["strategy"]
    if strategy in ("fsdp2", "hsdp"):
        from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

        import data_parallel

        sharding = options["sharding"]
        param = torch.bfloat16 if data_parallel.has_policy(options) else None
        policy = MixedPrecisionPolicy(param_dtype=param, reduce_dtype=data_parallel.dtype_of(sharding.get("reduceDtype")))
        # The whole model is one group (`prepare_fsdp`). accelerate 1.15 passes true unless it is told otherwise.
        fully_shard(reference, mesh=options["mesh"], mp_policy=policy, reshard_after_forward=sharding.get("reshardAfterForward", True))
    elif strategy == "fsdp1":
        import data_parallel

        reference = data_parallel.wrapped_in_fsdp1(reference, options)
    elif strategy == "zero-3":
        import deepspeed

        import data_parallel

        config = data_parallel.deepspeed_config(options)
        config["zero_optimization"].pop("offload_optimizer", None)
        reference, *_ = deepspeed.initialize(model=reference, config=config, dist_init_required=False)
    reference.eval()  # that of DeepSpeed returns nothing
    return reference


def loss_of(called, reference, model, ids, options):
    """`_compute_loss` of DPOTrainer and KTOTrainer, of which the sums are left out."""
    kind = options["finetuningType"]
    if is_of_logits(options):
        if options.get("loss") != "logits":
            return losses.Odds(called, options)(ids, ids, False).loss
        trained = WithoutAdapters(called, model) if "lora" in options else called
        return losses.OfLogits(trained, options, reference)(ids, ids, False).loss
    if kind == "kto":
        with torch.no_grad():
            called(input_ids=ids)
    per_token = called(input_ids=ids)
    if options.get("referenceModel") is not False:
        with torch.no_grad(), model.disable_adapter() if "lora" in options else nullcontext():
            for _ in range(2 if kind == "kto" else 1):
                (reference or called)(input_ids=ids)
    return per_token.mean()


class WithoutAdapters:
    """What ranks call, with the switch of the model inside."""

    def __init__(self, called, model):
        self.called, self.disable_adapter = called, model.disable_adapter

    def __call__(self, **inputs):
        return self.called(**inputs)
