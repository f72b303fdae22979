"""The steps of methods that learn from preferences, on the ranks of layouts.py. Only the parts that layouts.py does not have.

Losses are those of losses.py. TRL's fused head runs within the forward pass of the model, so that FSDP2 has gathered what it reads; the logits of
LLaMA-Factory and of ORPO are those that the model returns. A held reference is divided like the trained model (`ref_model_init_kwargs` of TRL's
DPOTrainer are those of the model), and with FSDP2 it is one group (`prepare_fsdp` in its `models/utils.py`).
"""
import torch

import finetuning
import losses
import oracle

KINDS = losses.PAIRS + ("kto", "grpo")
REFERENCES = losses.REFERENCES + ("grpo",)


def is_preferred(options):
    return options.get("finetuningType") in KINDS


def as_method(options):
    """Of a type: whether adapters or all weights are trained."""
    return {**options, "method": losses.method_of(options)} if is_preferred(options) else options


def rows_of(options):
    return options["batchSize"] * (2 if options.get("finetuningType") in losses.PAIRS else 1)


def holds_reference(options):
    return options.get("finetuningType") in REFERENCES and "lora" not in options and options.get("referenceModel") is not False


def of_reference(options):
    frozen = {"method": "full", "gradientCheckpointing": False, "recompute": "none", "inputGradients": False}
    return {name: value for name, value in {**options, **frozen}.items() if name != "finetuningType"}


def sharding_of_reference(options):
    """TRL wraps it as one group, which accelerate 1.15 frees behind forward unless it is told otherwise; LLaMA-Factory as it wraps the model."""
    if not is_fused(options) or "sharding" not in options:
        return options
    return {**options, "sharding": {"reshardAfterForward": True, **options["sharding"]}}


def is_fused(options):
    return options["finetuningType"] in REFERENCES and options.get("loss") != "logits"


def prepared(model, options):
    """`disable_dropout_in_model` and `add_fused_lm_head` of TRL. Generation asks for the logits."""
    if options["finetuningType"] != "grpo":
        losses.without_dropout(model)
    if not is_fused(options):
        return
    causal, function = losses.plain(model), finetuning.chunked_log_probs()
    own = causal.forward

    def forward(input_ids=None, generates=False, **named):
        if generates:
            return own(input_ids=input_ids, **named)
        return losses.fused_log_probs(causal, input_ids, function, input_ids.shape[0] * losses.masked(options, input_ids))

    causal.forward = forward


def booked(reference, options, ledger, materialize, sharded):
    """A reference that has its memory, is counted, and is frozen."""
    materialize(reference)
    prepared(reference, options)
    reference.requires_grad_(False)
    reference = sharded(reference)
    for p in reference.parameters():
        ledger.book(p, "parameters", True)
    for b in reference.buffers():
        ledger.book(b, "buffers", True)
    return reference.eval()


class OfForward(losses.LogProbs):
    """The log-probabilities that the forward pass returns."""

    def __init__(self, model, options, reference):
        losses.Caller.__init__(self, model, options)
        self.reference = reference

    def log_probs(self, model, ids):
        return self.forward(lambda: model(input_ids=ids))


def caller(model, reference, options):
    """Computes the loss of tokens."""
    called = OfForward(model, options, reference) if is_fused(options) else losses.caller(model, reference, options)
    return lambda ids: called(ids, ids, False).loss


def rollout(model, reference, options, ledger):
    """
    What TRL's GRPO does before the micro-batches of a step: completions for all of them, and what the reference says of those. Of the tokens that are
    generated, the first one and the last one are, the latter with a cache of all others.
    """
    caller = losses.Caller(model, options)
    run = (lambda call: call()) if "lora" in options else caller.forward
    batch, length = options["batchSize"] * options.get("gradientAccumulation", 1), options["sequenceLength"]
    was = {module: module.gradient_checkpointing for module in model.modules() if hasattr(module, "gradient_checkpointing")}
    for module in was:
        module.gradient_checkpointing = False  # `unwrap_model_for_generation`
    with torch.no_grad(), oracle.booked_caches(ledger):
        prompt = torch.zeros(batch, length - options["targetLength"], dtype=torch.long)
        cache = run(lambda: model(input_ids=prompt, use_cache=True, logits_to_keep=1, generates=True)).past_key_values
        for layer in cache.layers:
            for name in ("keys", "values"):
                of = getattr(layer, name)
                grown = torch.empty(*of.shape[:2], length - 1, of.shape[-1], dtype=of.dtype)
                ledger.book(grown, "kvCache", True)
                setattr(layer, name, grown)
        of = grown = layer = None
        last = torch.zeros(batch, 1, dtype=torch.long)
        run(lambda: model(input_ids=last, past_key_values=cache, use_cache=True, generates=True))
        cache = last = prompt = None
    for module, value in was.items():
        module.gradient_checkpointing = value
    if options.get("referenceModel") is False:
        return
    ids = torch.zeros(options["batchSize"], length, dtype=torch.long)
    off = model.disable_adapter() if reference is None else losses.nullcontext()
    with torch.no_grad(), off:
        caller.forward(lambda: (reference or model)(input_ids=ids))
