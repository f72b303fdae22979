"""oracle.py with other losses, and with the losses of methods that learn from preferences.

    TITAN_SOURCE=DIR LIGER_SOURCE=DIR TRL_SOURCE=DIR TUNE_SOURCE=DIR python losses.py cases.jsonl out.jsonl
    LIGER_SOURCE=DIR TRL_SOURCE=DIR TUNE_SOURCE=DIR python losses.py --trace case.json     prints each operation of the recorded step, with the live bytes after it

The folders hold `liger_kernel` of liger-kernel 0.8.5, `trl` of TRL 1.16 and `torchtune` of 0.6.1: their packages need no installation, and only the
files of losses are read. Cases are as in oracle.py, with

    loss            'logits' and 'fused', on what `lossLogits` says; 'chunked'; 'chunked-linear' (see head_losses.py); 'log-probs'
    finetuningType  'dpo', 'cdpo', 'ipo', 'kto', 'orpo' or 'rrhf' in place of `method`: adapters if there is `lora`, all weights otherwise. With
                    `targetLength` (only the last tokens of each sequence are a completion), `referenceModel`, and `loss: 'logits'`, the
                    log-probabilities of LLaMA-Factory 0.9.5 (`get_batch_logps` in its `train/trainer_utils.py`)

The losses on logits replace `ForCausalLMLoss`; classes that compute theirs in their own code fail. `float32-shifted` is what transformers 4.48 has
in its place. The head of chunks is the class's own: its forward pass runs on a chunk in place of what the layers return.
"""
import importlib.util
import json
import os
import sys
import types
from contextlib import contextmanager, nullcontext

import torch
import torch.nn.functional as F
import transformers
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributed.tensor import DTensor

import finetuning
import head_losses
import kernels
import liger
import oracle

if transformers.__version__ < "5":  # which computes experts one by one
    import balanced  # noqa: F401: spreads tokens evenly

def made_contiguous(input, *rest):
    """`host_softmax` of torch's SoftMax.cu."""
    return 0 if input.is_contiguous() else input.numel() * input.element_size()


SCRATCH = {**oracle.SCRATCH, "_log_softmax.default": made_contiguous}
PAIRS = ("dpo", "cdpo", "ipo", "orpo", "rrhf")
REFERENCES = ("dpo", "cdpo", "ipo", "kto")


def plain(model):
    """The causal language model inside of PEFT's."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def fused_entropy(logits, labels):
    """Liger's kernel, with a mean that knows that all labels count."""
    from liger_kernel.ops.cross_entropy import LigerCrossEntropyFunction

    return LigerCrossEntropyFunction.apply(logits, labels, None, -100, 0.0, 0.0, "mean", None, False)[0]


def loss_on_logits(kind, on):
    """`ForCausalLMLoss` with another kernel, or other logits."""
    entropy = fused_entropy if kind == "fused" else lambda logits, labels: F.cross_entropy(logits, labels, ignore_index=-100, reduction="mean")

    def computed(logits, labels, vocab_size, **rest):
        if on != "model":
            logits = logits.float()
        if on == "float32-shifted":  # `ForCausalLMLoss` of transformers 4.48
            shifted = logits[..., :-1, :].contiguous()
            shift_labels = labels[..., 1:].contiguous()
            return entropy(shifted.view(-1, vocab_size), shift_labels.view(-1))
        labels = F.pad(labels, (0, 1), value=-100)
        shift_labels = labels[..., 1:].contiguous()
        logits = logits.view(-1, vocab_size)
        return entropy(logits, shift_labels.view(-1))

    return computed


def returned_by_layers(causal, hidden):
    """The logits of the class for hidden states: its layers return these."""
    from transformers.modeling_outputs import BaseModelOutput

    class Returned(BaseModelOutput):
        """Has nothing else that the class asks for."""

        def __getattr__(self, name):
            return None

    base = causal.base_model
    base.forward = lambda *args, **kwargs: Returned(last_hidden_state=hidden)
    try:
        return causal(input_ids=torch.zeros(hidden.shape[:2], dtype=torch.long), use_cache=False).logits
    finally:
        del base.forward


def chunked_loss():
    path = os.path.join(os.environ["TUNE_SOURCE"], "torchtune/modules/loss/ce_chunked_output_loss.py")
    spec = importlib.util.spec_from_file_location("ce_chunked_output_loss", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CEWithChunkedOutputLoss()


class Caller:
    """Stands in for the model in `oracle.train`."""

    def __init__(self, model, options):
        self.model, self.options = model, options

    def train(self):
        self.model.train()

    def parameters(self):
        return self.model.parameters()

    def modules(self):
        return self.model.modules()

    def forward(self, run):
        """As accelerate wraps the forward pass of each model in a context of its own, outside of which trainers compute their losses."""
        mixed = self.options.get("method") == "full-mixed" or self.options.get("autocast")
        with torch.autocast("cpu", dtype=torch.bfloat16) if mixed else nullcontext():
            return run()


class Chunked(Caller):
    """The loss of torchtune 0.6.1 (`chunked_output` of its `modules/transformer.py`, `loss_step` of its recipes)."""

    def __init__(self, model, options):
        super().__init__(model, options)
        self.loss = chunked_loss()

    def __call__(self, input_ids, labels, use_cache):
        causal = plain(self.model)
        shifted = torch.hstack((labels[..., 1:], torch.full((labels.shape[0], 1), -100)))

        def logits():
            hidden = causal.base_model(input_ids=input_ids, use_cache=False).last_hidden_state
            return [returned_by_layers(causal, chunk) for chunk in hidden.chunk(8, dim=1)]

        return types.SimpleNamespace(loss=self.loss(self.forward(logits), shifted))


class Titan(Caller):
    """The loss of torchtitan 0.3.0, of the hidden states that the model returns. Its models compute in bfloat16, which is autocast here."""

    def __call__(self, input_ids, labels, use_cache):
        causal = plain(self.model)
        computed = head_losses.loss_with_head("chunked-linear", causal.get_output_embeddings(), causal.config)

        def loss():
            hidden = causal.base_model(input_ids=input_ids, use_cache=False).last_hidden_state
            return computed(hidden, input_ids, input_ids.numel())

        return types.SimpleNamespace(loss=self.forward(loss))


def masked(options, ids):
    """Which labels count: those of completions."""
    shifted = ids.shape[1] - 1
    return min(options.get("targetLength", shifted), shifted)


class Chosen(torch.autograd.Function):
    """`hidden[mask]`, whose size a fake tensor does not know: a copy of the rows, and in backward zeros that get their gradient."""

    @staticmethod
    def forward(ctx, hidden, mask, rows):
        ctx.shape = hidden.shape
        ctx.save_for_backward(mask)
        return torch.empty((rows, hidden.shape[-1]), dtype=hidden.dtype)

    @staticmethod
    def backward(ctx, gradient):
        zeros = gradient.new_zeros(ctx.shape)
        return torch.empty_like(zeros), None, None


def fused_log_probs(model, ids, function, rows):
    """`_fused_forward` of TRL's `add_fused_lm_head`, where the kernels of Triton run."""
    causal = plain(model)
    hidden = causal.base_model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    labels = ids[:, 1:]
    mask = labels != -100
    head = causal.get_output_embeddings()
    weight, bias = head.weight, head.bias
    if isinstance(weight, DTensor):  # whose gradients autograd never adds in place
        weight, bias = weight.full_tensor(), None if bias is None else bias.full_tensor()
    else:
        oracle.Ledger.added_in_place.add(tuple(weight.shape))  # nothing else has the gradient of a tied head, the first one of its parameter
    chosen = Chosen.apply(hidden, mask, rows)
    targets = torch.empty(rows, dtype=labels.dtype)
    return function.apply(chosen, weight, bias, targets, 1.0, 32768, None, 1.0, ("log_probs",))[0]


class LogProbs(Caller):
    """The loss of TRL's SFT, DPO and KTO, whose head is fused with the log-probabilities."""

    def __init__(self, model, options, reference=None):
        super().__init__(model, options)
        self.reference, self.function = reference, finetuning.chunked_log_probs()

    def __call__(self, input_ids, labels, use_cache):
        kind = self.options.get("finetuningType")
        if kind == "kto":  # `_compute_kl_logps`
            with torch.no_grad():
                self.log_probs(self.model, input_ids)
        per_token = self.log_probs(self.model, input_ids)
        with asked(self.model, self.reference, kind, self.options) as reference:
            if reference is not None:
                for _ in range(2 if kind == "kto" else 1):
                    self.log_probs(reference, input_ids)
        return types.SimpleNamespace(loss=per_token.mean())

    def log_probs(self, model, ids):
        rows = ids.shape[0] * masked(self.options, ids)
        return self.forward(lambda: fused_log_probs(model, ids, self.function, rows))


@contextmanager
def asked(model, reference, kind, options):
    """The reference: a model, the trained one without its adapters, or none."""
    if kind not in REFERENCES or options.get("referenceModel") is False:
        yield None
        return
    off = model.disable_adapter() if reference is None else nullcontext()
    with torch.no_grad(), off:
        yield reference or model


def log_probs_of(logits, labels):
    """`get_batch_logps` of LLaMA-Factory, whose label mask is all ones here."""
    labels = labels[:, 1:].clone()
    logits = logits[:, :-1, :]
    per_token = torch.gather(logits.log_softmax(-1), dim=2, index=labels.unsqueeze(2)).squeeze(2)
    return per_token.sum(-1)


class OfLogits(Caller):
    """The loss of LLaMA-Factory's trainers of preferences, whose log-probabilities are those of all logits (`concatenated_forward`)."""

    def __init__(self, model, options, reference=None):
        super().__init__(model, options)
        self.reference = reference

    def pass_(self, model, ids):
        logits = self.forward(lambda: model(input_ids=ids, use_cache=False)).logits.to(torch.float32)
        return log_probs_of(logits, ids), logits

    def concatenated(self, model, ids):
        """Of KTO, other completions too, and copies of the logits of good and of bad answers (`target_logits[batch["kto_tags"]]`)."""
        own, logits = self.pass_(model, ids)
        if self.options["finetuningType"] != "kto":
            return own, logits
        with torch.no_grad():
            self.pass_(model, ids)
        good = (ids.shape[0] + 1) // 2
        return own, [logits.index_select(0, torch.zeros(count, dtype=torch.long)) for count in (good, ids.shape[0] - good)]

    def __call__(self, input_ids, labels, use_cache):
        own, logits = self.concatenated(self.model, input_ids)
        with asked(self.model, self.reference, self.options["finetuningType"], self.options) as reference:
            if reference is not None:
                self.concatenated(reference, input_ids)
        return types.SimpleNamespace(loss=own.mean())


class Fused(torch.autograd.Function):
    """`_LogProbEntropyFunction` of TRL's kernels/logprob_entropy.py."""

    @staticmethod
    def forward(ctx, logits, index):
        ctx.set_materialize_grads(False)
        log_probs = torch.empty(logits.shape[:-1], dtype=torch.float32)
        entropy, log_z, expected = (torch.empty_like(log_probs) for _ in range(3))
        ctx.save_for_backward(logits, index, log_z, expected)
        return log_probs, entropy

    @staticmethod
    def backward(ctx, gradient, _):
        return torch.empty_like(ctx.saved_tensors[0], memory_format=torch.contiguous_format), None


class Odds(Caller):
    """The loss of TRL's ORPO and of RRHF: log-probabilities of all, and a cross entropy of the chosen half."""

    def __call__(self, input_ids, labels, use_cache):
        logits = self.forward(lambda: self.model(input_ids=input_ids, use_cache=False)).logits
        oracle.Ledger.added_in_place.add(tuple(logits.shape))  # nothing else has the first gradient
        if self.options.get("autocast"):
            logits = logits.float()  # `convert_outputs_to_fp32` of accelerate
        half = input_ids.shape[0] // 2

        def entropy(logits, labels):
            logits = logits[..., :-1, :].contiguous()
            labels = labels[..., 1:].contiguous()
            return F.cross_entropy(logits.view(-1, logits.shape[-1]), labels.view(-1))

        chosen = entropy(logits[:half], input_ids[:half].clone())
        per_token, _ = Fused.apply(logits[:, :-1, :], input_ids[:, 1:].clone())
        return types.SimpleNamespace(loss=chosen + per_token.mean())


def caller(model, reference, options):
    kind, loss = options.get("finetuningType"), options.get("loss")
    if kind in ("orpo", "rrhf") and loss != "logits":
        return Odds(model, options)
    if kind and loss == "logits":
        return OfLogits(model, options, reference)
    if kind or loss == "log-probs":
        return LogProbs(model, options, reference)
    return {"chunked": Chunked, "chunked-linear": Titan}.get(loss, lambda model, _: model)(model, options)


def method_of(options):
    return options.get("method") or ("lora" if "lora" in options else "full")


def without_dropout(model):
    """`disable_dropout_in_model` of TRL."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0


@contextmanager
def replaced(model, options):
    """The loss of the class, if the case names another one."""
    from transformers.loss import loss_utils

    kind = options.get("loss", "logits")
    if options.get("finetuningType") or kind not in ("logits", "fused"):
        yield
        return
    on = options.get("lossLogits", "float32-shifted" if kind == "fused" else "float32")
    causal = plain(model)
    used = []
    own = loss_on_logits(kind, on)

    def noted(*args, **kwargs):
        used.append(True)
        return own(*args, **kwargs)

    equal, item = torch.equal, torch.Tensor.item
    if kind == "fused":
        torch.equal, torch.Tensor.item = lambda *pair: True, lambda tensor: 1  # gradients of losses are 1; all tokens count
    causal.loss_function = noted
    try:
        yield
    finally:
        torch.equal, torch.Tensor.item = equal, item
    if not used:
        raise ValueError(f"{type(causal).__name__} computes its loss itself")


def run(config, options, trace=None):
    oracle.Ledger.added_in_place = set()
    ledger = oracle.Ledger(SCRATCH)
    ledger.trace = trace
    torch.manual_seed(0)
    kind, method = options.get("finetuningType"), method_of(options)
    model = oracle.build(config, {**options, "method": method})
    if kind:
        without_dropout(model)
    holds = kind in REFERENCES and options.get("referenceModel") is not False and "lora" not in options
    reference = oracle.build(config, {**options, "method": "full", "gradientCheckpointing": False, "recompute": "none", "inputGradients": False}) if holds else None
    with FakeTensorMode(allow_non_fake_inputs=True), oracle.like_cuda(options.get("attention")), ledger:
        for one in (model, reference):
            if one is None:
                continue
            oracle.materialize(one)
            for p in one.parameters():
                ledger.book(p, "parameters", True)
            for b in one.buffers():
                ledger.book(b, "buffers", True)
        if reference is not None:
            reference.requires_grad_(False).eval()
        ids = torch.zeros(options["batchSize"] * (2 if kind in PAIRS else 1), options["sequenceLength"], dtype=torch.long)
        ledger.book(ids, "buffers", True)
        with replaced(model, options):
            called = caller(model, reference, options)
            own = {"autocast": False, "method": "full"} if called is not model else {}
            truth = oracle.train(called, ids, {**options, "method": method, **own}, ledger)
    truth["trainableCount"] = oracle.count(p for p in model.parameters() if p.requires_grad)
    return truth


def main():
    kernels.like_a_gpu()
    kernels.without_computing()
    sys.meta_path.insert(0, liger.Finder())
    import liger_kernel.ops.cross_entropy  # noqa: F401: it makes tensors of its own

    oracle.run = run
    if sys.argv[1] == "--trace":
        liger.traced(sys.argv[2])
    else:
        oracle.main()


if __name__ == "__main__":
    main()
