"""Ground truth for encoders of images and sound that stand alone, whose code looks at values or computes otherwise on a GPU.

    python towers.py cases.jsonl out.jsonl        as whole.py, with `audioSeconds` among the options
    python towers.py --trace case.json            prints each operation of the recorded step, with the live bytes after it

CUDA's kernels of convolutions and of layer norms make contiguous what they read (`Convolution.cpp`, `layer_norm_kernel.cu`), and `log_sigmoid_forward` makes no buffer (torch 2.11, `Activation.cpp`). Pixtral's places of patches are on the CPU, and its mask of blocks is made
without a look at them.
"""
import functools
import math
import sys
from contextlib import contextmanager

import torch
import torch.nn.functional as F

import hearing
import oracle
import whole

def copied(tensor, *rest, **kwargs):
    return 0 if tensor.is_contiguous() else tensor.numel() * tensor.element_size()


SCRATCH = {**oracle.SCRATCH, **hearing.SCRATCH, "native_layer_norm.default": copied, "convolution.default": copied}

# Outputs that CUDA's kernels do not make.
UNUSED = {"log_sigmoid_forward.default": 1}


class Ledger(oracle.Ledger):
    """The ledger of the run, which stand-ins find as `Ledger.running`."""

    running = None
    adds_in_place = False

    def __init__(self, scratch=SCRATCH):
        super().__init__(scratch)
        Ledger.running = self

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.__name__
        if self.adds_in_place and name == "add.Tensor":
            return super().__torch_dispatch__(torch.ops.aten.alias.default, types, args[:1])
        if name not in UNUSED:
            return super().__torch_dispatch__(func, types, args, kwargs)

        def without(*args, **kwargs):
            made = list(func(*args, **kwargs))
            made[UNUSED[name]] = made[UNUSED[name]].new_empty(0)
            return tuple(made)

        without.__name__ = name
        return super().__torch_dispatch__(without, types, args, kwargs)


def blocks_of(patches, tensor):
    """A mask of numbers in which the patches of an image see each other."""
    mask = torch.full((tensor.shape[1], tensor.shape[1]), torch.finfo(tensor.dtype).min, dtype=tensor.dtype)
    return mask[None, None, :, :].expand(tensor.shape[0], 1, -1, -1)


def places_of(patches, **kwargs):
    places = torch.zeros(sum(p.shape[-2] * p.shape[-1] for p in patches), dtype=torch.long)
    Ledger.running.leave_out(places)
    return places


def norm_in_float32(norm):
    """CUDA's autocast computes it in float32, without a copy of what it is of (`fp32_set_opt_dtype` of torch's autocast_mode.h)."""

    def computed(x, *rest, dtype=None, **kwargs):
        wide = torch.float32 if torch.is_autocast_enabled("cpu") and x.dtype == torch.bfloat16 else dtype
        return norm(x, *rest, dtype=wide, **kwargs)

    return computed


def positions_of(positions, shapes, max_length):
    """SigLIP 2's positions of each image, nearly a square of patches, resized in the dtype of the weights as on CUDA."""
    size, height = positions.shape[-1], math.isqrt(max_length)
    width = max_length // height
    made = torch.empty(shapes.shape[0], max_length, size, dtype=positions.dtype)
    image = positions.permute(2, 0, 1).unsqueeze(0)
    for i in range(shapes.shape[0]):
        resized = F.interpolate(image, size=(height, width), mode="bilinear", align_corners=False, antialias=True)
        resized = resized.reshape(size, height * width).transpose(0, 1)
        made[i, : height * width] = resized
        made[i, height * width :] = resized[0]
    return made


def stand_ins():
    import transformers.models.dinov3_vit.modeling_dinov3_vit as dinov3
    import transformers.models.pixtral.modeling_pixtral as pixtral
    from transformers.models.siglip2.modeling_siglip2 import Siglip2VisionEmbeddings

    yield Siglip2VisionEmbeddings, "resize_positional_embeddings", staticmethod(positions_of)
    centres = dinov3.get_patches_center_coordinates
    yield dinov3, "get_patches_center_coordinates", functools.lru_cache(getattr(centres, "__wrapped__", centres))  # of this run alone
    yield torch.linalg, "vector_norm", norm_in_float32(torch.linalg.vector_norm)
    yield pixtral, "position_ids_in_meshgrid", places_of
    yield pixtral, "generate_block_attention_mask", blocks_of
    yield from hearing.stand_ins(lambda: Ledger.running)


@contextmanager
def values_of_towers(*args):
    with values(*args):
        olds = [(owner, name, getattr(owner, name), new) for owner, name, new in stand_ins()]
        for owner, name, _, new in olds:
            setattr(owner, name, new)
        try:
            yield
        finally:
            for owner, name, old, _ in olds:
                setattr(owner, name, old)


values, oracle.Ledger, whole.values_as_in_a_batch = whole.values_as_in_a_batch, Ledger, values_of_towers

if __name__ == "__main__":
    if sys.argv[1] == "--trace":
        whole.traced(sys.argv[2])
    else:
        oracle.run = whole.run
        oracle.main()
