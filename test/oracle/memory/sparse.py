"""Ground truth for encoders with sparse attention (Longformer, BigBird), whose code looks at values that a fake tensor lacks.

    python sparse.py cases.jsonl out.jsonl        as whole.py
    python sparse.py --trace case.json

Longformer's tokens with global attention get the places that a batch without padding gives them, as many in each sequence: one for a class of
sequences, `global_tokens` for spans and choices, none for the others. Sizes that it computes with `torch.div` are numbers on the CPU.
"""
import sys

import torch
from transformers.models.longformer import modeling_longformer as longformer

import oracle
import whole

# Questions and choices of at most 64 tokens, as in the examples of transformers (`max_query_length` of data/datasets/squad.py), and a token at an end.
MOST_GLOBAL_TOKENS = 65
# The separators of a sequence with two texts.
SEPARATORS = 3


class Known(int):
    """The value of a tensor, which lives as long."""

    tensor = None


class Batch:
    global_tokens = 0


def global_tokens(name, tokens):
    """How many tokens of each sequence have global attention."""
    if name.endswith("ForSequenceClassification"):
        return 1
    if name.endswith(("ForQuestionAnswering", "ForMultipleChoice")):
        return min(MOST_GLOBAL_TOKENS, tokens - SEPARATORS)
    return 0


def places(mask, count):
    """`mask.nonzero(as_tuple=True)` of so many places, which CUDA writes one dimension after another."""
    return torch.zeros(mask.dim(), count, dtype=torch.long).unbind(0)


def question_end(input_ids, sep_token_id):
    sep_token_indices = input_ids == sep_token_id
    batch = input_ids.shape[0]
    sep_token_indices = torch.zeros(2, SEPARATORS * batch, dtype=torch.long).t()
    return sep_token_indices.view(batch, SEPARATORS, 2)[:, 0, 1]


def global_indices(is_index_global_attn):
    """As `_get_global_attn_indices`, with as many tokens in each sequence."""
    batch = is_index_global_attn.shape[0]
    counts = is_index_global_attn.long().sum(dim=1)
    most = Known(Batch.global_tokens)
    most.tensor = counts.max()
    found = places(is_index_global_attn, batch * most)
    is_local = torch.arange(most, device=counts.device) < counts.unsqueeze(dim=-1)
    local = places(is_local, batch * most)
    return most, found, local, places(is_local == 0, 0)


def item(tensor):
    """Whether any token has global attention."""
    if tensor.dtype == torch.bool:
        return Batch.global_tokens > 0
    return item_(tensor)


def divided(one, other, **kwargs):
    if isinstance(one, int) and isinstance(other, int):
        return one // other
    return div_(one, other, **kwargs)


def run(config, options, trace=None):
    Batch.global_tokens = global_tokens(config["architectures"][0], options["sequenceLength"]) if config["model_type"] == "longformer" else 0
    return run_(config, options, trace)


item_, div_, run_ = torch.Tensor.item, torch.div, whole.run
# CUDA's kernel makes contiguous what it reads (`host_softmax` of SoftMax.cu).
oracle.SCRATCH["_softmax.default"] = lambda input, *rest: 0 if input.is_contiguous() else input.numel() * input.element_size()
torch.Tensor.item, torch.div, whole.run = item, divided, run
longformer._get_question_end_index = question_end
longformer.LongformerSelfAttention._get_global_attn_indices = staticmethod(global_indices)

if __name__ == "__main__":
    if sys.argv[1] == "--trace":
        whole.traced(sys.argv[2])
    else:
        oracle.run = run
        oracle.main()
