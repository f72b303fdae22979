"""Images and sound for the models that see and hear, and what stands in for their code that looks at values."""
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import numpy
import torch

import further_senses
from torch._subclasses.fake_tensor import FakeTensor


class Int(int):
    def item(self):
        return int(self)

    def repeat(self, count):
        return torch.zeros(count, dtype=torch.long)


class Ints:
    """A small tensor of integers whose values are known, such as a grid of patches."""

    def __init__(self, values):
        self.values = numpy.asarray(values)

    @property
    def shape(self):
        return self.values.shape

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return (of(value) for value in self.values)

    def __getitem__(self, key):
        return of(self.values[key])

    def tolist(self):
        return self.values.tolist()

    def to(self, *a, **k):
        return self

    @property
    def device(self):
        return torch.device("cpu")

    def __setitem__(self, key, value):
        self.values[key.values if isinstance(key, Ints) else key] = value.values if isinstance(value, Ints) else value

    def long(self):
        return of(self.values.astype(numpy.int64))

    def prod(self, dim=-1):
        return of(self.values.prod(dim))

    def sum(self, dim=None):
        return of(self.values.sum(dim))

    def max(self):
        return of(self.values.max())

    def unbind(self, dim=0):
        return [of(numpy.take(self.values, index, dim)) for index in range(self.values.shape[dim])]

    def cumsum(self, dim=0, dtype=None):
        return of(self.values.cumsum(dim))


def of(value):
    return Ints(value) if isinstance(value, numpy.ndarray) and value.ndim else Int(value)


def arithmetic(name):
    def computed(self, other):
        return of(getattr(self.values, name)(other.values if isinstance(other, Ints) else other))

    return computed


for name in ("__mul__", "__floordiv__", "__truediv__", "__mod__", "__add__", "__sub__", "__eq__", "__radd__", "__rmul__"):
    setattr(Ints, name, arithmetic(name))


def first_of(function, stand_in):
    """A function, or its stand-in where the first argument is a small tensor whose values are known."""

    def called(first, *rest, **kwargs):
        return stand_in(first, *rest, **kwargs) if isinstance(first, Ints) else function(first, *rest, **kwargs)

    return called


def listed(tensor):
    """`torch.tensor`, which keeps the values of a list of integers."""

    def made(data, *rest, **kwargs):
        return Ints(data) if isinstance(data, list) and data and all(isinstance(one, int) for one in data) and kwargs.get("dtype") == torch.long else tensor(data, *rest, **kwargs)

    return made


def distinct(ints):
    values = ints.values
    return Ints(values[numpy.concatenate([[True], values[1:] != values[:-1]])])


class Scatter(torch.autograd.Function):
    """`masked_scatter`, whose backward selects as many elements as the source has."""

    @staticmethod
    def forward(ctx, into, mask, source):
        ctx.save_for_backward(mask)
        ctx.size = source.shape
        return SCATTER(into, mask, source)

    @staticmethod
    def backward(ctx, gradient):
        (mask,) = ctx.saved_tensors
        into = gradient.masked_fill(mask, 0) if ctx.needs_input_grad[0] else None
        source = selected(gradient, elements(ctx.size)).view(ctx.size) if ctx.needs_input_grad[2] else None
        return into, None, source


SCATTER = torch.Tensor.masked_scatter


def elements(shape):
    count = 1
    for size in shape:
        count *= size
    return count


@torch.no_grad()
def selected(tensor, count):
    """What a mask selects: CUDA makes a contiguous mask, and the places of what it holds."""
    contiguous = torch.empty(tensor.shape, dtype=torch.bool)
    places = torch.empty(tensor.dim(), count, dtype=torch.long)
    del contiguous
    found = tensor.new_empty(count)
    del places
    return found


class Picked(torch.autograd.Function):
    """Rows by a mask: their gradient is put into zeros, in place."""

    @staticmethod
    def forward(ctx, whole, mask, count):
        ctx.save_for_backward(mask)
        ctx.size = whole.shape
        return rows_of(whole, count)

    @staticmethod
    def backward(ctx, gradient):
        zeros = gradient.new_zeros(ctx.size)
        places = torch.empty(len(ctx.size) - 1, gradient.shape[0], dtype=torch.long)
        del places
        return zeros, None, None


class Put(torch.autograd.Function):
    """Rows put in the places of a mask: the gradient of the whole is a copy with zeros there."""

    @staticmethod
    def forward(ctx, whole, mask, rows):
        ctx.save_for_backward(mask)
        ctx.count = rows.shape[0]
        ctx.mark_dirty(whole)
        places = torch.empty(whole.dim() - 1, ctx.count, dtype=torch.long)
        del places
        return whole

    @staticmethod
    def backward(ctx, gradient):
        whole = gradient.clone() if ctx.needs_input_grad[0] else None
        rows = rows_of(gradient, ctx.count) if ctx.needs_input_grad[2] else None
        return whole, None, rows


@torch.no_grad()
def rows_of(whole, count):
    places = torch.empty(whole.dim() - 1, count, dtype=torch.long)
    found = whole.new_empty(count, whole.shape[-1])
    del places
    return found


@torch.no_grad()
def all_of(tensor):
    """All rows by a mask of rows."""
    places = torch.empty(1, tensor.shape[0], dtype=torch.long)
    found = torch.empty_like(tensor)
    del places
    return found


def places_of(tensor, count):
    """Some of a tensor of integers, by a mask as large as it."""
    places = torch.empty(tensor.dim(), count, dtype=torch.long)
    found = tensor.new_empty(count)
    del places
    return found


class Expert(int):
    """The number of an expert in a tensor of one element, as `nonzero` finds it."""

    def __getitem__(self, key):
        return int(self)


class Routing:
    """Tokens spread evenly over experts: every one of E gets floor(tokens x k / E) rows, the first ones one more."""

    def __init__(self, where):
        self.where_, self.experts, self.next = where, 1, 0

    def nonzero(self, hit):
        self.experts, self.next = hit.shape[0], 0
        return [Expert(index) for index in range(self.experts)]

    def where(self, condition, *rest):
        if rest:
            return self.where_(condition, *rest)
        rows = condition.numel()
        size = rows // self.experts + (self.next % self.experts < rows % self.experts)
        self.next += 1
        return torch.zeros(size, 2, dtype=torch.long).unbind(1)


class Senses:
    def __init__(self, model, config, options, ledger):
        self.model, self.config, self.options, self.ledger = model, config, options, ledger
        self.batch, self.tokens = options["batchSize"], options["sequenceLength"]
        self.images = self.batch * options.get("images", 0)
        self.size = options.get("imageSize") or {}
        self.family = config["model_type"]
        self.selected = 0  # elements that a mask of placeholders selects
        self.turns = []  # the same of images and of sound, if the code counts both, one after another
        self.rows = {}  # rows that other masks select, by the shape of the mask
        self.items = (lambda *a: None,) * 2  # what a family selects and sets in ways of its own

    @property
    def parts(self):
        return getattr(self.model.config, "vlm_config", self.model.config)

    @property
    def hidden(self):
        return self.parts.get_text_config().hidden_size

    def inputs(self):
        ids = torch.zeros(self.batch, self.tokens, dtype=torch.long)
        seen = FAMILIES[self.family](self) if self.images or self.options.get("audioSeconds") else {}
        if self.family in RETRIEVAL:  # its processor always makes a mask, and its class reads it
            return {"input_ids": ids, "attention_mask": torch.ones_like(ids), **seen}, {}
        return {"input_ids": ids, **seen}, {"labels": ids}

    @contextmanager
    def standing_in(self):
        getitem = torch.Tensor.__getitem__
        senses = self

        def item(tensor, key):
            own = senses.items[0](tensor, key)
            if own is not None:
                return own
            if isinstance(key, Expert):
                return getitem(tensor, torch.zeros(1, dtype=torch.long))
            if torch.is_tensor(key) and key.dtype == torch.bool and key.dim() == tensor.dim() - 1:
                return Picked.apply(tensor, key, senses.rows.get(tuple(key.shape), senses.selected // tensor.shape[-1]))
            if torch.is_tensor(key) and key.dtype == torch.bool and key.dim() < tensor.dim():
                return all_of(tensor)  # images that are padding: there are none
            if torch.is_tensor(key) and key.dtype == torch.bool and tensor.dtype == torch.long:
                return places_of(tensor, senses.selected // senses.hidden)
            if torch.is_tensor(key) and key.dtype == torch.bool:
                if senses.turns:
                    senses.turns.append(senses.turns.pop(0))
                return selected(tensor, senses.turns[-1] if senses.turns else senses.selected)
            if isinstance(key, tuple) and torch.is_tensor(key[0]) and key[0].dtype == torch.bool:
                return Picked.apply(tensor, key[0], senses.selected // tensor.shape[-1])
            return getitem(tensor, key)

        setitem = torch.Tensor.__setitem__

        def put(tensor, key, value):
            if senses.items[1](tensor, key, value) is not None:
                return None
            if isinstance(key, tuple) and torch.is_tensor(key[0]) and key[0].dtype == torch.bool:
                return Put.apply(tensor, key[0], value)
            if torch.is_tensor(key) and key.dtype == torch.bool:
                return None if tensor.dtype == torch.long else Put.apply(tensor, key, value)
            return setitem(tensor, key, value)

        patches = [
            (torch.Tensor, "masked_scatter", lambda into, mask, source: Scatter.apply(into, mask, source)),
            (FakeTensor, "__getitem__", item),
            (FakeTensor, "item", lambda tensor: senses.selected // senses.hidden),  # placeholders
            (FakeTensor, "__setitem__", put),
            (torch, "repeat_interleave", first_of(torch.repeat_interleave, lambda a, b, **k: Ints(numpy.repeat(a.values, b.values)))),
            (torch, "tensor", first_of(listed(torch.tensor), lambda a, **k: a)),
            (torch, "unique_consecutive", first_of(torch.unique_consecutive, distinct)),
            (torch.nn.functional, "pad", first_of(torch.nn.functional.pad, lambda a, pad, value=0, **k: Ints(numpy.pad(a.values, pad, constant_values=value or 0)))),
            *self.stand_ins(),
        ]
        with_all = [patch.object(owner, name, new, create=True) for owner, name, new in patches]
        for one in with_all:
            one.start()
        try:
            yield
        finally:
            for one in reversed(with_all):
                one.stop()

    def stand_ins(self):
        """What depends on values in the code of families."""
        import transformers.models as models

        found = []
        if self.family in ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "glm4v", "glm4v_moe", "colqwen2", *OMNI):
            inner = [m for m in self.model.modules() if hasattr(type(m), "get_rope_index")]
            visual = [m for m in self.model.modules() if hasattr(m, "rot_pos_emb")]
            batch, tokens = self.batch, self.tokens
            kind = torch.float if self.family == "qwen3_omni_moe_thinker" else torch.long

            def positions(*a, **k):
                return torch.zeros(3, batch, tokens, dtype=kind), torch.zeros(batch, 1, dtype=torch.long)

            found += [(type(m), "get_rope_index", positions) for m in inner[:1] if self.images]
            found += [(type(m), "rot_pos_emb", table_of(self, type(m).rot_pos_emb, self.family.startswith("glm"))) for m in visual]
            found += [(type(m), "fast_pos_embed_interpolate", interpolated) for m in visual if hasattr(m, "fast_pos_embed_interpolate")]
            found += [(type(m), "get_window_index", windows_of(self, type(m).get_window_index)) for m in visual if hasattr(m, "get_window_index")]
            found.append((torch, "argsort", lambda order, *a, **k: on_cpu(self, order.shape)))  # of the order of windows
        if self.family in OMNI:
            found += self.heard_by_omni()
        if self.family in ("glm4v", "glm4v_moe"):
            # Without a mask its code takes the places on three axes for those of packed sequences, and stops. A mask of ones is none.
            code = getattr(models, self.family)
            code = getattr(code, f"modeling_{self.family}")
            make = code.create_causal_mask
            found.append((code, "create_causal_mask", lambda position_ids=None, **given: make(**given)))
        if self.family == "glm4v_moe":
            routing = Routing(torch.where)
            routing.experts = self.parts.get_text_config().n_routed_experts
            found.append((torch, "where", routing.where))
        if self.family in GLM5 and self.images:
            found += self.seen_by_glm5()
        if self.family == "gemma4" and self.images:
            every, tokens, is_padded = torch.all, gemma4_tokens(self), gemma4_tokens(self) < GEMMA4_TOKENS
            found.append((torch.Tensor, "all", lambda mask, *a, **k: every(mask, *a, **k) if a or k else not is_padded))
            found.append((FakeTensor, "tolist", lambda counts: [tokens] * self.images))
        if self.family in ("idefics3", "smolvlm", "aria"):
            vision, arange = self.parts.vision_config, torch.arange
            side = vision.image_size // vision.patch_size
            found.append((torch, "arange", lambda first, *a, **k: arange(side if isinstance(first, FakeTensor) else first, *a, **k)))
        if self.family in ("qwen3_vl_moe", "qwen3_omni_moe_thinker"):
            routing = Routing(torch.where)
            found += [(torch, "where", routing.where), (torch.Tensor, "nonzero", lambda hit: routing.nonzero(hit))]
            if self.options["method"] != "inference":
                self.ledger.added_in_place.update(tuple(p.shape) for n, p in self.model.named_parameters() if ".experts." in n)
        if self.family in ("aria", "aria_text"):
            found.append((models.aria.modeling_aria, "sequential_experts_gemm", in_turn_with(self.ledger)))
        if self.family == "step3p7":
            routing = Routing(torch.where)
            # Tokens without an expert are a class of their own, which is empty.
            found += [(torch, "where", routing.where), (torch.Tensor, "nonzero", lambda hit: routing.nonzero(hit[:-1]))]
            if self.options["method"] != "inference":
                self.ledger.added_in_place.update(tuple(p.shape) for n, p in self.model.named_parameters() if ".experts." in n)
        if self.family == "llama4":
            # The angles are on the CPU, and copied in each pass.
            code, angles = models.llama4.modeling_llama4, [m.freqs_ci.shape for m in self.model.modules() if hasattr(m, "freqs_ci")][0]
            found.append((code.Llama4VisionRotaryEmbedding, "forward", lambda *a: torch.zeros(angles, dtype=torch.complex64)))
        if hasattr(self.parts, "vision_config") and self.parts.vision_config.model_type == "pixtral":
            code = models.pixtral.modeling_pixtral
            found.append((code, "position_ids_in_meshgrid", lambda patches, **k: on_cpu(self, (sum(p.shape[-2] * p.shape[-1] for p in patches),))))
            found.append((code, "generate_block_attention_mask", blocks_of))
        return found + further_senses.stand_ins(self)


    def seen_by_glm5(self):
        """Grids of patches are integers of Python: places of patches are as many as there are patches."""
        import importlib

        batch, tokens = self.batch, self.tokens
        name = "glm_ocr" if self.family == "glm_ocr" else "glm4v"
        code = importlib.import_module(f"transformers.models.{name}.modeling_{name}")
        inner = next(type(m) for m in self.model.modules() if hasattr(type(m), "get_rope_index"))
        embeddings = getattr(code, "Glm4vVisionEmbeddings", None)
        found = [
            (code, "get_vision_position_ids", lambda grid, *a, **k: torch.zeros(int(grid.values.prod(-1).sum()), 2, dtype=torch.long)),
            (code, "get_vision_attention_seqlens", lambda grid, *a, **k: (of(numpy.concatenate([[0], grid.values.prod(-1).cumsum()])), None)),
            (torch, "_check_tensor_all_with", lambda *a: None),
            (inner, "get_rope_index", lambda *a, **k: (torch.zeros(3, batch, tokens, dtype=torch.long), torch.zeros(batch, 1, dtype=torch.long))),
        ]
        if embeddings:
            forward = embeddings.forward

            def placed(self, hidden, lengths, shapes, *places):
                return forward(self, hidden, torch.zeros(len(lengths), dtype=torch.int32), torch.zeros(len(shapes), 3, dtype=torch.long), *places)

            found.append((embeddings, "forward", placed))
        return found

    def heard_by_omni(self):
        """The lengths of sounds, which are numbers, and the mask that is 0 for the moments of a piece."""
        if not self.options.get("audioSeconds"):
            return []
        tower = tower_of(self.model)
        total = torch.sum
        frames, padded = omni_frames(self)

        def lengths(tensor, *rest, **kwargs):
            return Ints([frames] * self.batch) if tensor.shape == (self.batch, padded) else total(tensor, *rest, **kwargs)

        def mask(encoder, inputs, ends):
            size = inputs.shape[0]
            return torch.full([1, 1, size, size], torch.finfo(inputs.dtype).min, dtype=inputs.dtype)

        return [
            (torch, "sum", lengths),
            (torch, "ceil", first_of(torch.ceil, lambda a: of(numpy.ceil(a.values)))),
            (torch, "where", first_of(torch.where, lambda a, b, c: Ints(numpy.where(a.values, b, c.values)))),
            (type(tower), "_prepare_attention_mask", mask),
        ]


def in_turn_with(ledger):
    """Aria's experts, one after another on slices of the tokens: how many each has is read on the CPU."""

    def in_turn(token_states, expert_weights, tokens_per_expert):
        rows, experts = token_states.shape[0], expert_weights.shape[0]
        ledger.added_in_place.add(tuple(expert_weights.shape))
        output = torch.zeros(rows, expert_weights.shape[-1], dtype=token_states.dtype)
        start = 0
        for expert in range(experts):
            end = start + rows // experts + (expert < rows % experts)
            tokens = token_states[start:end]
            out = torch.matmul(tokens, expert_weights[expert])
            output[start:end] = out
            start = end
        return output

    return in_turn


def blocks_of(patches, tensor):
    """A mask of numbers in which the patches of an image see each other."""
    mask = torch.full((tensor.shape[1], tensor.shape[1]), torch.finfo(tensor.dtype).min, dtype=tensor.dtype)
    return mask[None, None, :, :].expand(tensor.shape[0], 1, -1, -1)


def interpolated(visual, grid):
    """Positions between those that are learned: places and weights of four neighbours, computed on the CPU."""
    patches = int(grid.values.prod(-1).sum())
    places = torch.zeros(4, patches, dtype=torch.long)
    weights = torch.zeros(4, patches, dtype=visual.pos_embed.weight.dtype)
    pos_embeds = visual.pos_embed(places) * weights[:, :, None]
    patch_pos_embeds = pos_embeds[0] + pos_embeds[1] + pos_embeds[2] + pos_embeds[3]
    patch_pos_embeds = patch_pos_embeds.split([int(h) * int(w) for _, h, w in grid])
    ordered = []
    merge = visual.config.spatial_merge_size
    for pos_embed, (t, h, w) in zip(patch_pos_embeds, grid.tolist()):
        pos_embed = pos_embed.repeat(t, 1)
        pos_embed = pos_embed.view(t, h // merge, merge, w // merge, merge, -1).permute(0, 1, 3, 2, 4, 5).flatten(0, 4)
        ordered.append(pos_embed)
    patch_pos_embeds = torch.cat(ordered)
    return patch_pos_embeds


def outside(function, *args):
    """Runs on the CPU, with values."""
    from torch._subclasses.fake_tensor import unset_fake_temporarily
    from torch.utils._python_dispatch import _disable_current_modes

    with _disable_current_modes():
        return function(*args)


def on_cpu(senses, shape, dtype=torch.long):
    made = torch.zeros(shape, dtype=dtype)
    senses.ledger.leave_out(made)
    return made


def table_of(senses, original, with_places=False):
    """The angles of each patch: the places are on the CPU."""

    def table(visual, grid):
        patches = int(grid.values.prod(-1).sum())
        full = visual.rotary_pos_emb(int(grid.values[:, 1:].max()))
        places = on_cpu(senses, (patches, 2))
        angles = full[places].flatten(1)
        return (angles, places) if with_places else angles

    return table


def windows_of(senses, original):
    """The order of windows is computed on the CPU."""

    def windows(visual, grid):
        order, ends = outside(lambda: original(visual, torch.as_tensor(grid.tolist())))
        return on_cpu(senses, (len(order),)), Ints(ends)

    return windows


def patched(senses, temporal=2, per_token=4):
    """Patches of images of any size, in a grid (Qwen and GLM)."""
    vision = senses.parts.vision_config
    side = vision.patch_size
    down = side * vision.spatial_merge_size
    height, width = (max(down, round(senses.size[name] / down) * down) // side for name in ("height", "width"))
    grid = Ints([[1, height, width]] * senses.images)
    patches = senses.images * height * width
    hidden = senses.parts.get_text_config().hidden_size
    senses.selected = patches // vision.spatial_merge_size**2 * hidden
    channels = getattr(vision, "in_channels", 3)
    pixels = torch.zeros(patches, channels * vision.temporal_patch_size * side * side, dtype=torch.float32)
    return {"pixel_values": pixels, "image_grid_thw": grid}


def square(senses, tokens=None, side=None, per_image=1):
    """Images of the one size that an encoder takes."""
    vision = senses.parts.vision_config
    side = side or vision.image_size
    side = side if isinstance(side, int) else side[0]
    patch = vision.patch_size if isinstance(vision.patch_size, int) else vision.patch_size[0]
    count = tokens or (side // patch) ** 2
    senses.selected = senses.images * count * senses.parts.get_text_config().hidden_size
    return {"pixel_values": torch.zeros(senses.images * per_image, 3, side, side, dtype=torch.float32)}


def llava(senses):
    config = senses.parts
    if config.vision_config.model_type == "pixtral":
        return pixtral(senses)
    whole = config.vision_feature_select_strategy == "full" and config.vision_config.model_type == "clip_vision_model"
    return square(senses, (config.vision_config.image_size // config.vision_config.patch_size) ** 2 + whole)


def typed(tokens):
    """With a type for each token, which says whether it belongs to an image."""

    def made(senses):
        types = torch.zeros(senses.batch, senses.tokens, dtype=torch.long)
        seen = {**square(senses, tokens(senses.parts)), "token_type_ids": types}
        return {**seen, "attention_mask": torch.ones_like(types)} if senses.family == "paligemma" else seen  # the size of its mask is a value without one

    return made


def internvl(senses):
    config = senses.parts
    grid = config.vision_config.image_size[0] // config.vision_config.patch_size[0]
    return square(senses, int((grid * config.downsample_ratio) ** 2))


def heard(senses, audio, width, tokens):
    """Sound in pieces as long as the encoder takes, of which each has so many tokens."""
    frames = 2 * audio.max_source_positions
    pieces = -(-senses.options["audioSeconds"] * 100 // frames) * senses.batch
    senses.selected = pieces * tokens * width
    return {"input_features": torch.zeros(pieces, audio.num_mel_bins, frames, dtype=torch.float32)}, pieces, frames


def voxtral(senses):
    audio, width = senses.parts.audio_config, senses.parts.text_config.hidden_size
    tokens = audio.max_source_positions * audio.hidden_size // audio.intermediate_size
    return heard(senses, audio, width, tokens)[0]


def qwen2_audio(senses):
    audio, width = senses.parts.audio_config, senses.parts.text_config.hidden_size
    features, pieces, frames = heard(senses, audio, width, audio.max_source_positions // 2)
    return {**features, "feature_attention_mask": torch.ones(pieces, frames, dtype=torch.long)}


def tiled(processor, tiles_of):
    """LLaVA's images in tiles, with the tokens that the processor says."""

    def made(senses):
        import transformers
        from transformers.image_processing_utils import select_best_resolution

        config, vision = senses.parts, senses.parts.vision_config
        side, patches = vision.image_size, (vision.image_size // vision.patch_size) ** 2
        height, width = senses.size["height"], senses.size["width"]
        whole = SimpleNamespace(
            image_processor=SimpleNamespace(image_grid_pinpoints=config.image_grid_pinpoints), patch_size=vision.patch_size, num_additional_image_tokens=0,
            num_image_tokens=patches, vision_aspect_ratio=getattr(config, "vision_aspect_ratio", None))
        owner = getattr(transformers, processor)
        whole._get_unpadded_features = partial(owner._get_unpadded_features, whole)
        best = select_best_resolution((height, width), config.image_grid_pinpoints)
        tiles = tiles_of(senses, best[0] // side * (best[1] // side) + 1)
        tokens = owner._get_number_of_features(whole, height, width, side, side) if tiles > 1 else patches + 1
        senses.selected = senses.images * tokens * config.get_text_config().hidden_size
        counts = {"batch_num_images": [senses.options["images"]] * senses.batch} if processor.startswith("LlavaOnevision") else {}
        return {"pixel_values": torch.zeros(senses.images, tiles, 3, side, side), "image_sizes": [[height, width]] * senses.images, **counts}

    return made


def idefics(senses):
    """Images in tiles, beside a smaller copy of the whole, each with a mask of its pixels."""
    import transformers

    config, vision = senses.parts, senses.parts.vision_config
    side = vision.image_size
    made = transformers.Idefics3ImageProcessorFast(size={"longest_edge": 4 * side}, max_image_size={"longest_edge": side})
    tiles, _, _ = made.get_number_of_image_patches(senses.size["height"], senses.size["width"], {})
    per_tile = int((side // vision.patch_size) ** 2 / config.scale_factor**2)
    senses.selected = senses.images * tiles * per_tile * senses.hidden
    shape = (senses.batch, senses.options["images"] * tiles)
    return {"pixel_values": torch.zeros(*shape, 3, side, side), "pixel_attention_mask": torch.ones(*shape, side, side, dtype=torch.long)}


def pixtral(senses):
    """Images of any size, padded to the largest: here all have one size."""
    from transformers.models.pixtral.image_processing_pixtral import get_resize_output_image_size

    config, vision = senses.parts, senses.parts.vision_config
    step = vision.patch_size * getattr(config, "spatial_merge_size", 1)
    image = numpy.zeros((senses.size["height"], senses.size["width"], 3))
    height, width = get_resize_output_image_size(image, (vision.image_size, vision.image_size), (step, step))
    senses.selected = senses.images * (height // step) * (width // step) * senses.hidden
    dtype = next(senses.model.parameters()).dtype  # the code does not cast them
    return {"pixel_values": torch.zeros(senses.images, 3, height, width, dtype=dtype), "image_sizes": [[height, width]] * senses.images}


def page(senses):
    """The patches of each page beside those of the others, as ColQwen2's processor pads them."""
    seen = patched(senses)
    pixels = seen["pixel_values"]
    return {**seen, "pixel_values": pixels.view(senses.batch, -1, pixels.shape[-1])}


def llama4(senses):
    """Images in tiles, beside the whole in the size of a tile. The processor computes in bfloat16, and returns it."""
    from transformers.models.llama4.image_processing_llama4_fast import SizeDict, find_supported_resolutions, get_best_fit

    vision = senses.parts.vision_config
    side, height, width = vision.image_size, senses.size["height"], senses.size["width"]
    canvases = find_supported_resolutions(max_num_chunks=16, patch_size=SizeDict(height=side, width=side))
    rows, columns = (int(pixels) // side for pixels in outside(lambda: get_best_fit((height, width), torch.tensor(canvases)).tolist()))
    tiles = rows * columns + (rows * columns > 1)
    per_tile = int((side // vision.patch_size) ** 2 * vision.pixel_shuffle_ratio**2)
    senses.selected = senses.images * tiles * per_tile * senses.hidden
    return {"pixel_values": torch.zeros(senses.images * tiles, 3, side, side, dtype=torch.bfloat16)}


def mllama(senses):
    """Images padded to the most tiles, and which tiles each token attends to."""
    import oracle

    oracle.pads_masks = True
    vision, each = senses.parts.vision_config, (senses.batch, senses.options["images"])
    tiles, side = vision.max_num_tiles, vision.image_size
    return {
        "pixel_values": torch.zeros(*each, tiles, 3, side, side),
        "aspect_ratio_ids": torch.zeros(each, dtype=torch.long),
        "aspect_ratio_mask": torch.ones(*each, tiles, dtype=torch.long),
        "cross_attention_mask": torch.ones(senses.batch, senses.tokens, each[1], tiles, dtype=torch.long),
    }


RETRIEVAL = ("colpali", "colqwen2")


GLM5 = ("glm46v", "glm_ocr")


def typed_patches(senses):
    """Patches of images, with a type for each token."""
    return {**patched(senses), "mm_token_type_ids": torch.zeros(senses.batch, senses.tokens, dtype=torch.long)}


OMNI = ("qwen2_5_omni_thinker", "qwen3_omni_moe_thinker")


def omni(senses):
    """Images in a grid, and sound that is padded to the longest, or to as much as there can be (Qwen2.5-Omni). The mask of the tokens says that positions are counted."""
    mask = {"attention_mask": torch.ones(senses.batch, senses.tokens, dtype=torch.long)}
    heard = omni_sound(senses) if senses.options.get("audioSeconds") else {}
    seen = patched(senses) if senses.images else {}
    return {**seen, **heard, **mask}


def tower_of(model):
    return next(m.audio_tower for m in model.modules() if "audio_tower" in m._modules)


def omni_frames(senses):
    """The frames of a sound, and those that the processor of Qwen2.5-Omni pads it to (`chunk_length: 300` of the published one)."""
    frames = 100 * senses.options["audioSeconds"]
    return frames, 30_000 if senses.family == "qwen2_5_omni_thinker" else frames


def omni_sound(senses):
    audio, tower = senses.parts.audio_config, tower_of(senses.model)
    frames, padded = omni_frames(senses)
    is_old = senses.family == "qwen2_5_omni_thinker"
    senses.rows[senses.batch, padded] = senses.batch * frames
    piece = 2 * audio.n_window
    pieces = [min(piece, frames - start) for start in range(0, frames, piece)]
    length = (lambda n: (n - 1) // 2 + 1) if is_old else (lambda n: (((n - 1) // 2 + 1 - 1) // 2 + 1 - 1) // 2 + 1)
    senses.rows[senses.batch * len(pieces), length(max(pieces))] = senses.batch * sum(map(length, pieces))
    dtype = torch.float32 if is_old else next(tower.parameters()).dtype  # its code does not cast them
    features = torch.zeros(senses.batch, audio.num_mel_bins, padded, dtype=dtype)
    return {"input_features": features, "feature_attention_mask": torch.ones(senses.batch, padded, dtype=torch.long)}


GEMMA4_TOKENS = 280  # the most of an image (`max_soft_tokens` of the processor)


def gemma4_tokens(senses):
    from transformers.models.gemma4.image_processing_gemma4 import get_aspect_ratio_preserving_size

    vision = senses.parts.vision_config
    side, pooled = vision.patch_size, vision.pooling_kernel_size
    height, width = get_aspect_ratio_preserving_size(senses.size["height"], senses.size["width"], side, GEMMA4_TOKENS * pooled**2, pooled)
    return height * width // (side * pooled) ** 2


def gemma4(senses):
    """Images as patches, padded to as many as there can be, with the place of each; and a type for each token."""
    made = {"mm_token_type_ids": torch.zeros(senses.batch, senses.tokens, dtype=torch.long)}
    if senses.images:
        vision = senses.parts.vision_config
        patches, tokens = GEMMA4_TOKENS * vision.pooling_kernel_size**2, gemma4_tokens(senses)
        senses.selected = senses.images * tokens * senses.hidden
        senses.rows[senses.images, GEMMA4_TOKENS] = senses.images * tokens
        made["pixel_values"] = torch.zeros(senses.images, patches, 3 * vision.patch_size**2, dtype=torch.float32)
        made["image_position_ids"] = torch.zeros(senses.images, patches, 2, dtype=torch.long)
    if senses.options.get("audioSeconds"):
        frames, tokens = gemma4_frames(senses)
        senses.turns = [*([senses.selected] if senses.images else []), senses.batch * tokens * senses.hidden]
        senses.rows[senses.batch, -(-frames // 4)] = senses.batch * tokens
        made["input_features"] = torch.zeros(senses.batch, frames, senses.parts.audio_config.subsampling_conv_channels[0], dtype=torch.float32)
        made["input_features_mask"] = torch.ones(senses.batch, frames, dtype=torch.bool)
    return made


def gemma4_frames(senses):
    """The frames of a sound, which the processor pads to a multiple of 128 samples, and its tokens."""
    samples = 16_000 * senses.options["audioSeconds"]
    frames = (-(-samples // 128) * 128 + 160 - 321) // 160 + 1
    heard = (samples + 160 - 321) // 160 + 1
    return frames, -(-heard // 4)


FAMILIES = {
    **further_senses.FAMILIES,
    "colpali": lambda senses: square(senses, senses.parts.text_config.num_image_tokens),
    "colqwen2": page,
    "blip-2": lambda senses: square(senses, senses.parts.num_query_tokens),
    "glm46v": typed_patches,
    "glm_ocr": typed_patches,
    "gemma4": gemma4,
    "qwen2_5_omni_thinker": omni,
    "qwen3_omni_moe_thinker": omni,
    "llama4": llama4,
    "mllama": mllama,
    "idefics3": idefics,
    "smolvlm": idefics,
    "mistral3": pixtral,
    "llava_next": tiled("LlavaNextProcessor", lambda senses, tiles: tiles),
    "llava_onevision": tiled("LlavaOnevisionProcessor", lambda senses, tiles: tiles if senses.options["images"] == 1 else 1),
    "voxtral": voxtral,
    "qwen2_audio": qwen2_audio,
    "llava": llava,
    "gemma3": typed(lambda config: config.mm_tokens_per_image),
    "paligemma": typed(lambda config: config.text_config.num_image_tokens),
    "internvl": internvl,
    "qwen2_vl": patched,
    "qwen2_5_vl": patched,
    "qwen3_vl": patched,
    "qwen3_vl_moe": patched,
    "glm4v": patched,
    "glm4v_moe": patched,
}
