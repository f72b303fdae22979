"""Stands in for what encoders of sound and BEiT compute otherwise on a GPU, or look at values for. towers.py uses it.

CUDA's kernels (torch 2.11): convolutions make contiguous what they read, backward too (`Convolution.cpp`); `ctc_loss` without cuDNN, which transformers
turns off for it, keeps the forward variables of each label and blank, and makes as many again in backward (`LossCTC.cu`); attention copies a bias whose
rows are no multiple of eight elements (`pad_bias` of transformers/attention.cpp).
SpecAugment masks as many spans as its random numbers allow at most, which do not overlap. No layer is dropped.
"""
import math

import torch
import torch.nn.functional as F
from torch._subclasses.fake_tensor import FakeTensor

import oracle
from senses import Picked, Put


def size_of(tensor):
    return tensor.numel() * tensor.element_size()


def copied(tensor, *rest):
    return 0 if tensor.is_contiguous() else size_of(tensor)


SCRATCH = {
    # Over time. That of patches, the last operation of backward, is left out, as where ViT was recorded.
    "convolution_backward.default": lambda gradient, input, weight, *rest: copied(gradient) + copied(input) if input.dim() == 3 else 0,
    "native_layer_norm_backward.default": lambda gradient, input, *rest: copied(gradient) + copied(input),
    "index.Tensor": lambda whole, places: sum(8 * p.numel() for p in places if p is not None and getattr(p, "on_cpu", False)),
}


class Ctc(torch.autograd.Function):
    """`_ctc_loss` and its backward, from what the log-probabilities and the labels measure."""

    @staticmethod
    def forward(ctx, log_probs, targets, labels):
        alpha = log_probs.new_empty(log_probs.shape[1], log_probs.shape[0], 2 * labels + 1)
        loss = log_probs.new_empty(log_probs.shape[1])
        ctx.save_for_backward(log_probs, targets, loss, alpha)
        return loss

    @staticmethod
    def backward(ctx, gradient):
        log_probs, _, _, alpha = ctx.saved_tensors
        beta = torch.empty_like(alpha)
        made = torch.empty_like(log_probs)
        del beta
        return made, None, None


def one_hot(labels, num_classes=-1):
    """Without a look at the labels, as on CUDA (`one_hot` of Onehot.cpp)."""
    made = torch.zeros(*labels.shape, num_classes, dtype=torch.long)
    return made.scatter_(-1, labels.unsqueeze(-1), 1)


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    batch = log_probs.shape[1]
    loss = Ctc.apply(log_probs, targets, targets.shape[0] // batch)
    if zero_infinity:
        loss = torch.where(loss == math.inf, torch.zeros((), dtype=loss.dtype), loss)
    return (loss / target_lengths.clamp_min(1)).mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


def all_labels(labels, mask):
    """All labels of a batch without padding, with the places that CUDA finds them by."""
    places = torch.empty(2, labels.numel(), dtype=torch.long)
    found = labels.new_empty(labels.numel())
    del places
    return found


def spans(shape, mask_prob, mask_length, attention_mask=None, min_masks=0):
    """As many masked moments as there can be, of a mask that is made on the CPU."""
    import numpy

    batch, length = shape
    count = max(math.floor(mask_prob * length / mask_length) + 1, min_masks)
    if count * mask_length > length:
        count = length // mask_length
    mask = numpy.zeros(shape, dtype=bool)
    mask[:, : count * mask_length] = True
    Masked.count = batch * count * mask_length
    return mask


class Masked:
    """The moments of the last mask."""

    count = 0


def group_norm(norm):
    """CUDA's autocast computes it in float32."""

    def computed(x, *rest, **kwargs):
        return norm(x.float() if torch.is_autocast_enabled("cpu") and x.dtype == torch.bfloat16 else x, *rest, **kwargs)

    return computed


class BatchNorm(torch.autograd.Function):
    """`native_batch_norm` of CUDA (`Normalization.cu`): statistics in float32, and a gradient in the order of the dimensions."""

    @staticmethod
    def forward(ctx, input, weight, bias):
        made = torch.empty_like(input)
        statistics = [input.new_empty(weight.shape[0], dtype=torch.float32) for _ in range(2)]
        ctx.save_for_backward(input, weight, *statistics)
        return made

    @staticmethod
    def backward(ctx, gradient):
        input, weight, *_ = ctx.saved_tensors
        made = torch.empty_like(input, memory_format=torch.contiguous_format)
        trained = [torch.empty_like(weight) if needed else None for needed in ctx.needs_input_grad[1:]]
        return made, *trained


def batch_norm(norm):
    """In 16 bits, or of an input of 16 bits, it is no kernel of cuDNN (`_select_batch_norm_backend` of Normalization.cpp)."""

    def computed(input, running_mean, running_var, weight=None, bias=None, *rest, **kwargs):
        return BatchNorm.apply(input, weight, bias)

    return computed


def turned(tensor):
    """Whether the channels of a step are next to each other."""
    return tensor.stride(1) == 1 and tensor.stride(2) == tensor.shape[1]


def empty_turned(like, batch, channels, steps):
    return torch.empty_strided((batch, channels, steps), (channels * steps, 1, channels), dtype=like.dtype)


class TurnedConvolution(torch.autograd.Function):
    """cuDNN's convolution over the steps with a turned weight: `_convolution` makes the input contiguous, and then turns it (torch 2.15, Convolution.cpp)."""

    @staticmethod
    def forward(ctx, input, weight, bias, steps, ledger):
        ctx.save_for_backward(input, weight)
        copies = [torch.empty(input.shape, dtype=input.dtype) for _ in range(1 if input.is_contiguous() else 2)]
        for copy in copies:
            ledger.book(copy, "temporary", True)
        made = empty_turned(input, input.shape[0], weight.shape[0], steps)
        del copies
        return made

    @staticmethod
    def backward(ctx, gradient):
        input, weight = ctx.saved_tensors
        copies = [torch.empty(input.shape, dtype=input.dtype) for _ in range(1 if input.is_contiguous() else 2)]
        if not turned(gradient):
            copies.append(torch.empty(gradient.shape, dtype=gradient.dtype))
        needed = ctx.needs_input_grad
        made = empty_turned(input, *input.shape) if needed[0] else None
        weighed = torch.empty_strided(weight.shape, weight.stride(), dtype=weight.dtype) if needed[1] else None
        shifts = torch.empty(weight.shape[0], dtype=weight.dtype) if needed[2] else None
        del copies
        return made, weighed, shifts, None, None


def conv1d(convolution, ledger):
    def computed(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        if weight.shape[1] == 1 or not turned(weight):
            return convolution(input, weight, bias, stride, padding, dilation, groups)
        if torch.is_autocast_enabled("cpu"):
            bias, weight, input = (one.to(torch.get_autocast_dtype("cpu")) for one in (bias, weight, input))
        return TurnedConvolution.apply(input, weight, bias, input.shape[2] - dilation * (weight.shape[2] - 1), ledger())

    return computed


def log_softmax(function):
    """CUDA turns float16 (and only that) to float32 inside the kernel."""

    def computed(input, dim=None, dtype=None, **kwargs):
        if input.dtype == torch.float16 and dtype == torch.float32:
            return torch._log_softmax(input, dim, True)
        return function(input, dim=dim, dtype=dtype, **kwargs)

    return computed


def linear(function, ledger):
    """The bias of rows that are not contiguous is added in place, which it is not to a subclass of tensors like a fake one (`linear` of Linear.cpp)."""

    def computed(input, weight, bias=None):
        ledger().adds_in_place = bias is not None and input.dim() > 2 and not (input.is_contiguous() and input.dim() == 3)
        made = function(input, weight, bias)
        ledger().adds_in_place = False
        return made

    return computed


def bias_of(attention, queries, keys):
    """WavLM's bias. The places are computed on the CPU."""
    places = torch.zeros(queries, keys, dtype=torch.long)
    return attention.rel_attn_embed(places).permute([2, 0, 1])


def padded_attention(attention):
    """A bias for each head. A mask for all heads is left as the other recordings have it."""

    def computed(query, key, value, attn_mask=None, *rest, **kwargs):
        if attn_mask is not None and attn_mask.shape[1] > 1 and attn_mask.shape[-1] % 8:
            if torch.is_autocast_enabled("cpu"):
                attn_mask = attn_mask.to(torch.get_autocast_dtype("cpu"))
            length = attn_mask.shape[-1]
            attn_mask = F.pad(attn_mask, (0, 8 - length % 8))[..., :length]
        return attention(query, key, value, attn_mask, *rest, **kwargs)

    return computed


def setitem(old):
    def put(whole, index, value):
        if torch.is_tensor(index) and index.dtype == torch.bool and index.dim() == whole.dim() - 1:
            Put.apply(whole, index, value.expand(Masked.count, whole.shape[-1]))
        elif torch.is_tensor(index) and index.dtype == torch.bool:  # a number goes where the mask says so
            whole.masked_fill_(index, value)
        else:
            old(whole, index, value)

    return put


def getitem(old):
    def picked(whole, index):
        if torch.is_tensor(index) and index.dtype == torch.bool and index.dim() == whole.dim() - 1:
            return Picked.apply(whole, index, whole.shape[0] * (2 * whole.shape[1] // 5))
        return old(whole, index)

    return picked


def places_on_cpu(ledger):
    """BEiT's table of relative places, which its code makes once, on the CPU."""

    def places(self, window):
        one = torch.zeros((), dtype=torch.long)
        ledger().leave_out(one)
        return OnCpu(one.expand((window[0] * window[1] + 1,) * 2))

    return places


class OnCpu:
    """Places that the GPU gets a copy of while it reads them."""

    def __init__(self, places):
        self.places = places

    def view(self, *shape):
        self.places = self.places.view(*shape)
        self.places.on_cpu = True
        return self.places


def stand_ins(ledger):
    from transformers.models.beit.modeling_beit import BeitRelativePositionBias
    from transformers.models.hubert import modeling_hubert as hubert
    from transformers.models.wav2vec2 import modeling_wav2vec2 as wav2vec2
    from transformers.models.wavlm import modeling_wavlm as wavlm

    for module in (hubert, wav2vec2, wavlm):
        yield module, "_compute_mask_indices", spans
    yield wav2vec2.np.random, "random", lambda: 1.0
    yield F, "ctc_loss", ctc_loss
    yield F, "one_hot", one_hot
    yield wavlm.WavLMAttention, "compute_bias", bias_of
    yield F, "linear", linear(F.linear, ledger)
    yield F, "log_softmax", log_softmax(F.log_softmax)
    yield F, "conv1d", conv1d(F.conv1d, ledger)
    yield F, "group_norm", group_norm(F.group_norm)
    yield F, "batch_norm", batch_norm(F.batch_norm)
    yield torch.Tensor, "masked_select", all_labels
    yield torch.Tensor, "__setitem__", setitem(torch.Tensor.__setitem__)
    yield torch.Tensor, "__getitem__", getitem(torch.Tensor.__getitem__)
    yield F, "scaled_dot_product_attention", padded_attention(F.scaled_dot_product_attention)
    yield BeitRelativePositionBias, "generate_relative_position_index", places_on_cpu(ledger)
