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
    if senses.family == "hunyuan_vl":
        axes = len(senses.parts.text_config.rope_parameters["mrope_section"])
        made = lambda *a, **k: (torch.zeros(axes, batch, tokens, dtype=torch.long), torch.zeros(batch, 1, dtype=torch.long))
        patches.append((code.HunYuanVLModel, "get_rope_index", made))
    if hasattr(code, "get_vision_window_index"):
        patches += [(code, "get_vision_window_index", windows(senses)), (torch, "argsort", lambda order, *a, **k: on_cpu(senses, order.shape))]
    return patches


GRIDS = ("exaone4_5", "hunyuan_vl")


def stand_ins(senses):
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
    "exaone4_5": patched,
    "hunyuan_vl": in_rows,
}
