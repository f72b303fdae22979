"""Ground truth for mixtures of experts whose routing oracle.py does not balance, or whose code looks at values that a fake tensor lacks.

    python balanced.py cases.jsonl out.jsonl        as oracle.py; every expert of E gets floor(tokens x k / E) rows, the first ones one more

oracle.py learns the number of experts from Tensor.nonzero alone: here F.one_hot tells it, too (OLMoE, GLM 4, DeepSeek V3). Three families count
their tokens in Python, and get the balanced counts in place of values: DeepSeek V2 (`moe`, written out below with these counts), GraniteMoE
(the `tolist` of its router), and PhiMoE (the length of the sequence, which is that of its positions). JetMoE routes as GraniteMoE does.
"""
import inspect
import textwrap

import torch
import torch.nn.functional as F
from torch._subclasses.fake_tensor import FakeTensor
from transformers.models.deepseek_v2.modeling_deepseek_v2 import DeepseekV2MoE
from transformers.models.gpt_oss import modeling_gpt_oss as gpt_oss
from transformers.models.granitemoe.modeling_granitemoe import GraniteMoeTopKGating
from transformers.models.granitemoehybrid.modeling_granitemoehybrid import GraniteMoeHybridTopKGating
from transformers.models.granitemoeshared.modeling_granitemoeshared import GraniteMoeSharedTopKGating
from transformers.models.jamba.modeling_jamba import JambaModel
from transformers.models.jetmoe.modeling_jetmoe import JetMoeTopKGating
from transformers.models.phimoe.modeling_phimoe import PhimoeRotaryEmbedding
from transformers.models.zamba.modeling_zamba import ZambaModel
from transformers.models.zamba2.modeling_zamba2 import Zamba2Model

import oracle


def shares(rows, experts):
    return [rows // experts + (i < rows % experts) for i in range(experts)]


class Routing(oracle.BalancedRouting):
    """As the oracle's, told of the experts by one_hot as well."""

    # gpt-oss has a class for tokens without an expert, which is empty.
    experts_told, next_told, empty_classes = 1, 0, 0

    def nonzero(self, hit):
        Routing.experts_told, Routing.next_told = hit.shape[0] - Routing.empty_classes, 0
        return [oracle.Place(expert) for expert in range(Routing.experts_told)]

    def where(self, condition, *rest):
        if rest:
            return self.where_(condition, *rest)
        size = shares(condition.numel(), Routing.experts_told)[Routing.next_told]
        Routing.next_told += 1
        return torch.zeros(size, 2, dtype=torch.long).unbind(1)


def one_hot(values, num_classes=-1):
    """As on a GPU, where torch scatters ones into zeros; with fake tensors it would compare all classes, which needs a mask of booleans too."""
    Routing.experts_told, Routing.next_told = num_classes, 0
    return torch.zeros(*values.shape, num_classes, dtype=torch.long).scatter_(-1, values.unsqueeze(-1), 1)


def deepseek_v2_moe(self, hidden_states, topk_ids, topk_weight):
    counts = topk_ids.new_zeros((topk_ids.shape[0], len(self.experts)))
    counts.scatter_(1, topk_ids, 1)
    tokens_per_expert = counts.sum(dim=0)  # noqa: F841: lives to the end, as in the code
    order = topk_ids.view(-1).argsort()
    sorted_tokens = hidden_states[order // topk_ids.shape[1]]
    outputs, start = [], 0
    for i, size in enumerate(shares(topk_ids.numel(), len(self.experts))):
        if size == 0:
            continue
        expert = self.experts[i]
        own = sorted_tokens[start : start + size]
        made = expert(own)
        outputs.append(made)
        start += size
    outs = torch.cat(outputs, dim=0)
    new = torch.empty_like(outs)
    new[order] = outs
    hidden_states = new.view(*topk_ids.shape, -1).type(topk_weight.dtype).mul_(topk_weight.unsqueeze(dim=-1)).sum(dim=1).type(new.dtype)
    return hidden_states


def granite_routing(forward):
    def counted(self, hidden_states):
        granite_routing.rows, granite_routing.experts = hidden_states.shape[0] * self.top_k, self.num_experts
        return forward(self, hidden_states)

    return counted


granite_routing.rows = granite_routing.experts = 0


def balanced_list(tolist):
    def listed(self):
        if self.numel() == granite_routing.experts:
            return shares(granite_routing.rows, granite_routing.experts)
        return tolist(self)

    return listed


def causal_mask(self, attention_mask, input_tensor, cache_position):
    """As Jamba's and Zamba's, whose number of columns is the value of the last position."""
    target_length = input_tensor.shape[1]
    last = cache_position[-1] + 1  # noqa: F841: lives to the end, as in the code
    mask = torch.full((target_length, target_length), fill_value=torch.finfo(input_tensor.dtype).min, dtype=input_tensor.dtype)
    if target_length != 1:
        mask = torch.triu(mask, diagonal=1)
    mask *= torch.arange(target_length) > cache_position.reshape(-1, 1)
    return mask[None, None, :, :].expand(input_tensor.shape[0], 1, -1, -1)


def of_gpt_oss():
    """Without gradients, all experts compute all tokens on a GPU; the code tells by the device. In training, an expert is a part of each parameter."""
    source = textwrap.dedent(inspect.getsource(gpt_oss.GptOssExperts.forward)).replace('hidden_states.device.type == "cpu" or ', "")
    names = dict(vars(gpt_oss))
    exec(source, names)

    def forward(self, *args, **kwargs):
        Routing.empty_classes = 1
        oracle.Ledger.added_in_place.update(tuple(p.shape) for p in self.parameters())
        try:
            return names["forward"](self, *args, **kwargs)
        finally:
            Routing.empty_classes = 0

    return forward


def phi_tables(forward):
    return lambda self, x, seq_len=None: forward(self, x, seq_len=x.shape[1])


F.one_hot = one_hot
oracle.BalancedRouting = Routing
DeepseekV2MoE.moe = deepseek_v2_moe
for gating in (GraniteMoeTopKGating, GraniteMoeHybridTopKGating, GraniteMoeSharedTopKGating, JetMoeTopKGating):
    gating.forward = granite_routing(gating.forward)
JambaModel._update_causal_mask = ZambaModel._update_causal_mask = Zamba2Model._update_causal_mask = causal_mask
gpt_oss.GptOssExperts.forward = of_gpt_oss()
FakeTensor.tolist = balanced_list(FakeTensor.tolist)
PhimoeRotaryEmbedding.forward = phi_tables(PhimoeRotaryEmbedding.forward)

RUN = oracle.run


def run(*args, **kwargs):
    oracle.Ledger.added_in_place.clear()  # of the case before
    return RUN(*args, **kwargs)


oracle.run = run

if __name__ == "__main__":
    oracle.main()
