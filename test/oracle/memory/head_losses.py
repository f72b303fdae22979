"""Losses that compute the head too, of hidden states: for the last stage of a pipeline, and for ranks that share the vocabulary.

    TITAN_SOURCE=DIR LIGER_SOURCE=DIR TRL_SOURCE=DIR TUNE_SOURCE=DIR    the folders of torchtitan 0.3.0, liger-kernel 0.8.5, TRL 1.16, torchtune 0.6.1

chunked-linear  `ChunkedLossWrapper` of torchtitan, with `spmd_types` 0.2.3 on the path: each chunk runs backward at once
fused-linear    `LigerForCausalLMLoss` of Liger
chunked         `chunked_output` and `CEWithChunkedOutputLoss` of torchtune
log-probs       the fused head of TRL, with all tokens but the first

Only the files of losses are read: what they import of their package's configuration and logging is a stand-in.
"""
import os
import sys
import types

import torch
from torch.distributed.tensor import DTensor

WITH_HEAD = ("chunked-linear", "fused-linear", "chunked", "log-probs")


def ready(loss):
    """Imports what the loss needs, before a ledger counts."""
    if loss in ("fused-linear", "log-probs"):
        import kernels
        import liger

        kernels.like_a_gpu()
        kernels.without_computing()
        sys.meta_path.insert(0, liger.Finder())
    if loss == "fused-linear":
        import liger_kernel.transformers.model.loss_utils  # noqa: F401

        torch.equal, torch.Tensor.item = lambda *pair: True, lambda tensor: 1  # gradients of losses are 1; all tokens count


def torchtitan_loss():
    """`components/loss.py` of torchtitan, for plain tensors or with its backend of `DTensor`s."""
    class Configurable:
        class Config:
            pass

    for name, has in {
        "torchtitan": {},
        "torchtitan.config": {"CompileConfig": object, "Configurable": Configurable},
        "torchtitan.distributed": {},
        "torchtitan.distributed.spmd_types": {"current_spmd_mesh": lambda: None, "spmd_mesh_size": lambda name: 1},
        "torchtitan.distributed.utils": {"get_spmd_backend": lambda: "partial_dtensor"},
        "torchtitan.tools": {},
        "torchtitan.tools.logging": {"logger": None},
    }.items():
        module = types.ModuleType(name)
        vars(module).update(has)
        sys.modules[name] = module
    module = types.ModuleType("torchtitan.components.loss")
    sys.modules[module.__name__] = module  # its dataclasses look there
    path = os.path.join(os.environ["TITAN_SOURCE"], "torchtitan/components/loss.py")
    exec(compile(open(path).read(), path, "exec"), module.__dict__)
    return module


def labels_of(ids):
    """Labels as torchtitan's and torchtune's loaders have them, next to the tokens."""
    return torch.hstack((ids[..., 1:], torch.full((ids.shape[0], 1), -100)))


def of_titan(head, config):
    module = torchtitan_loss()
    wrapper = object.__new__(module.ChunkedLossWrapper)
    inner = object.__new__(module.CrossEntropyLoss)
    inner.fn, inner.global_vocab_size = module.cross_entropy_loss, config.vocab_size
    wrapper.num_chunks, wrapper.loss_fn, wrapper.lm_head = 8, inner, head
    # Normalised by the tokens of all ranks, which the trainer counts.
    return lambda hidden, labels, count: wrapper(hidden, labels, count)[0]


def of_liger(head, config):
    from liger_kernel.transformers.model.loss_utils import LigerForCausalLMLoss

    return lambda hidden, ids, _: LigerForCausalLMLoss(hidden_states=hidden, lm_head_weight=head.weight, labels=ids, hidden_size=config.hidden_size)


def of_tune(head, config):
    import losses

    entropy = losses.chunked_loss()
    def computed(hidden, ids, _):
        logits = [head(chunk) for chunk in hidden.chunk(8, dim=1)]
        del hidden  # the model has returned
        return entropy(logits, labels_of(ids))

    return computed


def of_trl(head, config):
    import finetuning
    import losses

    function = finetuning.chunked_log_probs()

    def computed(hidden, ids, _):
        hidden, labels = hidden[:, :-1], ids[:, 1:]
        rows = labels.numel()
        weight = head.weight
        if isinstance(weight, DTensor):  # `_fused_forward` of TRL gathers it
            weight = weight.full_tensor()
        chosen = losses.Chosen.apply(hidden, labels != -100, rows)
        targets = torch.empty(rows, dtype=labels.dtype)
        return function.apply(chosen, weight, head.bias, targets, 1.0, 32768, None, 1.0, ("log_probs",))[0].mean()

    return computed


LOSSES = {"chunked-linear": of_titan, "fused-linear": of_liger, "chunked": of_tune, "log-probs": of_trl}


def loss_with_head(kind, head, config):
    """A function of hidden states and tokens (of torchtitan: labels), and the number of tokens that count."""
    return LOSSES[kind](head, config)
