"""Images for further models, and what stands in for their code that looks at values: as in senses.py, which uses this file."""
import importlib

import numpy
import torch


def code_of(senses):
    name = senses.family
    return importlib.import_module(f"transformers.models.{name}.modeling_{name}")


def lengths(senses, grid, *a, **k):
    """Where the patches of each image begin, which are numbers."""
    from senses import of

    return of(numpy.concatenate([[0], grid.values.prod(-1).cumsum()])), None


def places(axes):
    """The place of each patch, of which there are as many as patches."""
    return lambda grid, *a, **k: torch.zeros(int(grid.values.prod(-1).sum()), axes, dtype=torch.long)


def windows(senses):
    """The order of windows, and where each begins: they are computed on the CPU."""
    from senses import Ints, on_cpu

    def cut(size, side):
        return [min(side, size - start) for start in range(0, size, side)]

    def found(grid, spatial_merge_size, window_size, patch_size, kwargs=None):
        side, ends = window_size // spatial_merge_size // patch_size, [0]
        for _, height, width in grid.tolist():
            for rows in cut(height // spatial_merge_size, side):
                for columns in cut(width // spatial_merge_size, side):
                    ends.append(ends[-1] + rows * columns * spatial_merge_size**2)
        return on_cpu(senses, (ends[-1] // spatial_merge_size**2,)), Ints(ends)

    return found


def seen_in_grids(senses):
    """Grids of patches are integers of Python."""
    from functools import partial

    from senses import on_cpu

    code, batch, tokens = code_of(senses), senses.batch, senses.tokens
    patches = [
        (code, "get_vision_position_ids", places(3 if senses.family == "minimax_m3_vl" else 2)),
        (code, "get_vision_attention_seqlens", partial(lengths, senses)),
        (torch, "_check_tensor_all_with", lambda *a: None),
    ]
    with_positions = {"hunyuan_vl": "HunYuanVLModel", "ernie4_5_vl_moe": "Ernie4_5_VLMoeModel"}
    if senses.family in with_positions:
        axes = len(senses.parts.text_config.rope_parameters["mrope_section"])
        made = lambda *a, **k: (torch.zeros(axes, batch, tokens, dtype=torch.long), torch.zeros(batch, 1, dtype=torch.long))
        patches.append((getattr(code, with_positions[senses.family]), "get_rope_index", made))
    if senses.family == "kimi_k25":
        patches += seen_by_kimi(code)
    if senses.family == "ernie4_5_vl_moe":
        patches += routed_apart(senses, code)
    if hasattr(code, "get_vision_window_index"):
        patches += [(code, "get_vision_window_index", windows(senses)), (torch, "argsort", lambda order, *a, **k: on_cpu(senses, order.shape))]
    return patches


def places_by(mask, count):
    """The places of what a mask of elements selects: CUDA makes a contiguous mask first (`nonzero`; peaks of torch 2.11 on a GPU are the same)."""
    contiguous = None if mask.is_contiguous() else torch.empty(mask.shape, dtype=torch.bool)
    places = torch.empty(mask.dim(), count, dtype=torch.long)
    del contiguous
    return places


class Chosen(torch.autograd.Function):
    """Elements by a mask. Their gradient is added to zeros, for which CUDA sorts the places (`index_put_with_sort_kernel`)."""

    @staticmethod
    def forward(ctx, whole, mask, count):
        ctx.save_for_backward(mask)
        ctx.size, ctx.count = whole.shape, count
        places = places_by(mask, count)
        found = whole.new_empty(count)
        del places
        return found

    @staticmethod
    def backward(ctx, gradient):
        (mask,) = ctx.saved_tensors
        zeros = gradient.new_zeros(ctx.size)
        places = places_by(mask, ctx.count)
        order = torch.empty(3, ctx.count, dtype=torch.long)
        del places, order
        return zeros, None, None


class Filled(torch.autograd.Function):
    """Elements set by a mask, in place."""

    @staticmethod
    def forward(ctx, whole, mask, values):
        ctx.save_for_backward(mask)
        ctx.count = values.numel()
        ctx.mark_dirty(whole)
        places_by(mask, ctx.count)
        return whole

    @staticmethod
    def backward(ctx, gradient):
        (mask,) = ctx.saved_tensors
        whole = values = None
        if ctx.needs_input_grad[0]:
            zeros = gradient.new_zeros(ctx.count)
            whole = gradient.clone()
            places_by(mask, ctx.count)
            del zeros
        if ctx.needs_input_grad[2]:
            places = places_by(mask, ctx.count)
            values = gradient.new_empty(ctx.count)
            del places
        return whole, None, values


def routed_apart(senses, code):
    """ERNIE 4.5 VL's experts for tokens of images, which masks of elements select; and the order of frames, which is made on the CPU."""
    getitem, setitem = torch.Tensor.__getitem__, torch.Tensor.__setitem__
    inner = [False]

    def is_mask(tensor, key):
        return inner[0] and torch.is_tensor(key) and key.dtype == torch.bool and key.dim() == tensor.dim()

    def count(tensor, mask):
        ofImages = mask.stride(-1) == 0  # the other mask is computed from it
        rows = senses.marked if ofImages else senses.batch * senses.tokens - senses.marked
        return rows * tensor.shape[-1]

    forward = code.Ernie4_5_VLMoeMoeBlock.forward

    def block(self, *args, **kwargs):
        inner[0] = True
        made = forward(self, *args, **kwargs)
        inner[0] = False
        return made

    def sliced(self, hidden, grid):
        tokens = int(grid.values.prod(-1).sum()) // self.spatial_merge_size**2
        first, second = torch.zeros(tokens, dtype=torch.long), torch.zeros(tokens, dtype=torch.long)
        return torch.concat([torch.index_select(hidden, dim=0, index=first), torch.index_select(hidden, dim=0, index=second)], dim=-1)

    senses.items = (
        lambda tensor, key: Chosen.apply(tensor, key, count(tensor, key)) if is_mask(tensor, key) else None,
        lambda tensor, key, value: Filled.apply(tensor, key, value) if is_mask(tensor, key) else None,
    )
    return [
        (code.Ernie4_5_VLMoeMoeBlock, "forward", block),
        (torch.Tensor, "any", lambda types: True),
        (code.Ernie4_5_VLMoeVariableResolutionResamplerModel, "_temporal_slicing", sliced),
    ]


class Bag(torch.autograd.Function):
    """`embedding_bag` of so many rows each, with shares, as CUDA's kernel keeps what backward needs (torch 2.11, `EmbeddingBag.cu`)."""

    @staticmethod
    def forward(ctx, indices, table, shares):
        offsets = torch.zeros(indices.shape[0], dtype=torch.long)
        rows = torch.zeros(indices.numel(), dtype=torch.long)
        sizes = torch.zeros(indices.shape[0], dtype=torch.long)
        ctx.save_for_backward(indices, offsets, rows, sizes, shares)
        ctx.size = table.shape
        return table.new_empty(indices.shape[0], table.shape[1])

    @staticmethod
    def backward(ctx, gradient):
        ctx.saved_tensors
        return None, gradient.new_zeros(ctx.size), None


def seen_by_kimi(code):
    """Positions between those that are learned, by 16 neighbours of each, and where patches of a token go: computed on the GPU, from the grid."""
    count = lambda grid: int(grid.values.prod(-1).sum())

    def neighbours(grid, *a, **k):
        return torch.zeros(count(grid), 16, dtype=torch.long), torch.zeros(count(grid), 16)

    def merged(grid, height, width, **k):
        return torch.zeros(count(grid), dtype=torch.long), torch.zeros(count(grid)), count(grid) // (height * width)

    return [
        (code, "get_vision_interpolation_indices_and_weights", neighbours),
        (code, "get_vision_frame_index", lambda grid, **k: torch.zeros(count(grid), dtype=torch.long)),
        (code, "get_vision_temporal_merge_index", merged),
        (code.F, "embedding_bag", lambda indices, table, per_sample_weights=None, mode=None: Bag.apply(indices, table, per_sample_weights)),
    ]


GRIDS = ("exaone4_5", "hunyuan_vl", "minimax_m3_vl", "kimi_k25", "ernie4_5_vl_moe")


def stand_ins(senses):
    if senses.family == "step3p7" and senses.images:
        # Every image of a call has the same grid, whose values are Python's.
        made = lambda grid, *a, **k: torch.zeros(senses.grids.pop(0), 2, dtype=torch.long)
        return [(code_of(senses), "get_vision_position_ids", made), (torch, "_check_tensor_all_with", lambda *a: None)]
    if senses.family == PHI4 and senses.images:
        return seen_by_phi4(senses)
    return seen_in_grids(senses) if senses.family in GRIDS and senses.images else []


def patched(senses):
    from senses import patched

    return patched(senses)


def in_rows(senses):
    """Patches of images, of which each row of tokens has one more, and each image one before and one behind it; and a type for each token."""
    from senses import Ints

    vision = senses.parts.vision_config
    side, merged = vision.patch_size, vision.spatial_merge_size
    height, width = (round(senses.size[name] / (side * merged)) * merged for name in ("height", "width"))
    senses.selected = senses.images * (height // merged * (width // merged + 1) + 2) * senses.hidden
    pixels = torch.zeros(senses.images * height * width, vision.num_channels * side**2)
    types = torch.zeros(senses.batch, senses.tokens, dtype=torch.long)
    return {"pixel_values": pixels, "image_grid_thw": Ints([[1, height, width]] * senses.images), "mm_token_type_ids": types}


def ernie(senses):
    """Patches of images of one frame, and two kinds of types for each token: experts of images get those around an image, too."""
    from senses import Ints

    vision = senses.parts.vision_config
    side, merged = vision.patch_size, vision.spatial_merge_size
    height, width = (round(senses.size[name] / (side * merged)) * merged for name in ("height", "width"))
    tokens = height * width // merged**2
    senses.selected = senses.images * tokens * senses.hidden
    senses.marked = senses.images * (tokens + 2)
    pixels = torch.zeros(senses.images * height * width, vision.in_channels * side**2)
    types = {name: torch.zeros(senses.batch, senses.tokens, dtype=torch.long) for name in ("mm_token_type_ids", "moe_mm_token_type_ids")}
    return {"pixel_values": pixels, "image_grid_thw": Ints([[1, height, width]] * senses.images), **types}


PHI4 = "phi4_multimodal"


def cut_by_phi4(height, width):
    """What Phi-4-multimodal's image processor makes of an image of some size, without pixels: its tokens, its size on a canvas of crops, and the mask."""
    from unittest.mock import patch

    import transformers.models.phi4_multimodal.image_processing_phi4_multimodal_fast as code
    from transformers.image_utils import SizeDict

    made = code.Phi4MultimodalImageProcessorFast()
    on_meta = lambda *shape: torch.empty(*shape, device="meta")
    functional = type("F", (), {"resize": lambda image, size: on_meta(3, *size), "pad": lambda image, p, fill: on_meta(3, image.shape[1] + p[3], image.shape[2] + p[2])})
    with patch.object(code, "F", functional), patch.object(code, "BatchFeature", lambda data, tensor_type: data):
        made.rescale_and_normalize = lambda image, *a: image
        made.resize = lambda image, size, **k: on_meta(3, size.height, size.width)
        cut = made._preprocess([on_meta(3, height, width)], SizeDict(height=448, width=448), None, made.patch_size, made.dynamic_hd, True, 1, True)
    (high, wide), mask = cut["image_sizes"][0].tolist(), cut["image_attention_mask"][0]
    rows, columns = high // 448, wide // 448
    canvas = mask[1:, ::2, ::2].reshape(rows, columns, 16, 16).transpose(1, 2).reshape(rows * 16, columns * 16)
    useful = [int(canvas[:, 0].sum()), int(canvas[0].sum())]
    return {"size": [high, wide], "tokens": cut["num_img_tokens"][0], "crops": 1 + rows * columns, "useful": useful, "isPadded": bool((mask == 0).sum())}


def phi4(senses):
    """Crops of images on a canvas, behind the whole of each, with masks of the patches that are no padding."""
    from senses import Ints, outside

    cut = outside(cut_by_phi4, senses.size["height"], senses.size["width"])
    senses.useful, senses.isPadded = cut["useful"], cut["isPadded"]
    senses.placeholders = senses.images * cut["tokens"]
    shape = (senses.images, cut["crops"])

    class Sizes(Ints):
        def view(self, *a):
            return self

    return {"image_pixel_values": torch.zeros(*shape, 3, 448, 448), "image_sizes": Sizes([cut["size"]] * senses.images), "image_attention_mask": torch.ones(*shape, 32, 32)}


def seen_by_phi4(senses):
    """Which patches are padding, the places of tokens, and the positions of patches, which are computed on the CPU and copied."""
    from torch._subclasses.fake_tensor import FakeTensor

    code = code_of(senses)
    any_, turns = torch.any, []

    def embedded(self, pixel_values, patch_attention_mask):
        patch_embeds = self.patch_embedding(pixel_values)
        embeddings = patch_embeds.flatten(2).transpose(1, 2)
        position_ids = torch.zeros(embeddings.shape[:2], dtype=torch.long)
        embeddings = embeddings + self.position_embedding(position_ids)
        return embeddings

    def item(tensor):
        turns.extend([] if turns else senses.useful)
        return turns.pop(0)

    return [
        (code.Phi4MultimodalVisionEmbeddings, "forward", embedded),
        (FakeTensor, "item", item),
        (torch.Tensor, "any", lambda ids: True),
        (torch, "any", lambda mask: senses.isPadded if isinstance(mask, FakeTensor) else any_(mask)),
        (torch, "nonzero", lambda mask, as_tuple=False: torch.zeros(senses.placeholders, 2, dtype=torch.long).unbind(1)),
    ]


def kimi(senses):
    """Patches of images, which the code does not cast. They are padded to whole tokens."""
    from senses import Ints

    vision = senses.parts.vision_config
    (down, across), side = vision.merge_kernel_size, vision.patch_size
    height, width = (-(-senses.size[name] // (side * times)) * times for name, times in (("height", down), ("width", across)))
    senses.selected = senses.images * (height // down) * (width // across) * senses.hidden
    dtype = next(senses.model.parameters()).dtype
    return {"pixel_values": torch.zeros(senses.images * height * width, 3, side, side, dtype=dtype), "image_grid_thw": Ints([[1, height, width]] * senses.images)}


def step(senses):
    """A whole image, and pieces of it, in two sizes."""
    import transformers

    vision = senses.parts.vision_config
    planner, local = transformers.Step3p7ImageProcessor(), 504
    pieces = planner.get_number_of_image_patches(senses.size["height"], senses.size["width"])
    tokens = lambda side: (-(-(-(-(side // vision.patch_size) // 2)) // 2)) ** 2
    senses.selected = senses.images * (tokens(vision.image_size) + pieces * tokens(local)) * senses.hidden
    sides = [vision.image_size, *([local] if pieces else [])]
    senses.grids = [(side // vision.patch_size) ** 2 for side in sides] * 8  # of all passes that are recorded
    made = {"pixel_values": torch.zeros(senses.images, 3, vision.image_size, vision.image_size)}
    if pieces:
        made["pixel_values_local"] = torch.zeros(senses.images * pieces, 3, local, local)
    return {**made, "num_local_patches": [pieces] * senses.images}


def aria(senses):
    """Images of one size, with a mask of their pixels. The code casts neither."""
    from senses import square

    config = senses.parts
    side = config.vision_config.image_size
    found = square(senses, config.projector_patch_to_query_dict[(side // config.vision_config.patch_size) ** 2])
    dtype = next(senses.model.parameters()).dtype
    return {"pixel_values": found["pixel_values"].to(dtype), "pixel_mask": torch.ones(senses.images, side, side, dtype=torch.bool)}


FAMILIES = {
    "aria": aria,
    "ernie4_5_vl_moe": ernie,
    "exaone4_5": patched,
    "hunyuan_vl": in_rows,
    "kimi_k25": kimi,
    "minimax_m3_vl": patched,
    PHI4: phi4,
    "step3p7": step,
}
