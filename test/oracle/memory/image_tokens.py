"""How many tokens an image has in a sequence, as the processors of transformers count them.

    python image_tokens.py > image-tokens.json        {family: {"config": ..., "tokens": [[width, height, tokens], ...]}}

With transformers 4.57.6 for the families that it has, and with 5.24.0 for those of `newer`. The fixture has both.

Processors are made without tokenizers, with the sizes that the published ones of each family have. Configs state what an estimate reads.
"""
import json
import random

import transformers

from further_senses import cut_by_phi4
from transformers import AutoImageProcessor  # noqa: F401, loads what the processors need


def processor(name, image_processor, **facts):
    """A processor that counts, without a tokenizer."""
    made = object.__new__(getattr(transformers, name))
    made.image_processor = image_processor
    for fact, value in facts.items():
        setattr(made, fact, value)
    return made


def image_processor(name, **sizes):
    return getattr(transformers, name)(**sizes)


def clip(side, patch, **rest):
    return {"vision_config": {"model_type": "clip_vision_model", "image_size": side, "patch_size": patch}, **rest}


def siglip(side, patch, **rest):
    return {"vision_config": {"model_type": "siglip_vision_model", "image_size": side, "patch_size": patch}, **rest}


def pins(side, most):
    return [[side * rows, side * columns] for rows in range(1, most + 1) for columns in range(1, most + 1)]


def families():
    yield "llava_next", clip(336, 14), processor(
        "LlavaNextProcessor",
        image_processor("LlavaNextImageProcessorFast", size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}, image_grid_pinpoints=[[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]),
        patch_size=14, num_additional_image_tokens=1, vision_feature_select_strategy="default")
    yield "llava_onevision", siglip(384, 14), processor(
        "LlavaOnevisionProcessor", image_processor("LlavaOnevisionImageProcessorFast", image_grid_pinpoints=pins(384, 6)),
        num_image_tokens=729, vision_feature_select_strategy="full", vision_aspect_ratio="anyres_max_9")
    yield "internvl", {"vision_config": {"image_size": [448, 448], "patch_size": [14, 14]}}, processor(
        "InternVLProcessor", image_processor("GotOcr2ImageProcessorFast", crop_to_patches=True, min_patches=1, max_patches=12, size={"height": 448, "width": 448}), image_seq_length=256)
    for family, name, patch, least, most in (
        ("qwen2_vl", "Qwen2VLProcessor", 14, 3136, 12845056),
        ("qwen2_5_vl", "Qwen2_5_VLProcessor", 14, 3136, 12845056),
        ("qwen3_vl", "Qwen3VLProcessor", 16, 65536, 16777216),
        ("qwen3_vl_moe", "Qwen3VLProcessor", 16, 65536, 16777216),
        # Those of the omni models have no function that counts, and make as many tokens of the same image processor.
        ("qwen2_5_omni_thinker", "Qwen2VLProcessor", 14, 3136, 12845056),
        ("qwen3_omni_moe_thinker", "Qwen2VLProcessor", 16, 3136, 12845056),
    ):
        size = {"shortest_edge": least, "longest_edge": most}
        yield family, {"vision_config": {"patch_size": patch, "spatial_merge_size": 2}}, processor(
            name, image_processor("Qwen2VLImageProcessorFast", size=size, patch_size=patch, merge_size=2, min_pixels=least, max_pixels=most))
    for family, name in (("glm4v", "Glm4vProcessor"), ("glm4v_moe", "Glm4vProcessor")):
        yield family, {"vision_config": {"patch_size": 14, "spatial_merge_size": 2}}, processor(name, image_processor("Glm4vImageProcessor"))
    # SmolVLM's has no function that counts, and writes the same text as that of Idefics 3.
    for family, side, patch, factor in (("idefics3", 364, 14, 2), ("smolvlm", 512, 16, 4)):
        config = {"scale_factor": factor, "vision_config": {"image_size": side, "patch_size": patch}}
        made = image_processor("Idefics3ImageProcessorFast", size={"longest_edge": 4 * side}, max_image_size={"longest_edge": side})
        yield family, config, processor("Idefics3Processor", made, image_seq_len=(side // patch // factor) ** 2)
    for family, name, side, patch, merged in (("mistral3", "PixtralProcessor", 1540, 14, 2), ("llava", "PixtralProcessor", 1024, 16, 1)):
        config = {"spatial_merge_size": merged, "vision_config": {"model_type": "pixtral", "image_size": side, "patch_size": patch}}
        made = image_processor("PixtralImageProcessorFast", size={"longest_edge": side}, patch_size=patch)
        yield family, {**config, **({"vision_feature_select_strategy": "full"} if family == "llava" else {})}, processor(name, made, patch_size=patch, spatial_merge_size=merged)
    made = processor("Llama4Processor", image_processor("Llama4ImageProcessorFast"), patch_size=14, downsample_ratio=4)
    yield "llama4", {"vision_config": {"image_size": 336, "patch_size": 14}}, made
    yield "phi4_multimodal", {"vision_config": {}}, cut_by_phi4


def newer():
    """Families that only transformers 5 has."""
    config = {"vision_config": {"patch_size": 16, "pooling_kernel_size": 3}}
    made = processor("Gemma4Processor", image_processor("Gemma4ImageProcessor"))
    yield "gemma4", config, made
    for family in ("glm46v", "glm_ocr"):
        yield family, {"vision_config": {"patch_size": 14, "spatial_merge_size": 2}}, processor("Glm46VProcessor", image_processor("Glm46VImageProcessor"))


def further():
    """Families that only transformers 5 has, whose image processors are made as their classes say: no published ones have been read."""
    grid = {"patch_size": 14, "spatial_merge_size": 2}
    for family, name, image, vision in (
        ("exaone4_5", "Exaone4_5_Processor", "Qwen2VLImageProcessor", grid),
        ("hunyuan_vl", "HunYuanVLProcessor", "HunYuanVLImageProcessor", {"patch_size": 16, "spatial_merge_size": 2}),
        ("kimi_k25", "Kimi_K25Processor", "Kimi_K25ImageProcessor", {"patch_size": 14}),
        ("minimax_m3_vl", "MiniMaxM3VLProcessor", "MiniMaxM3VLImageProcessor", grid),
        ("ernie4_5_vl_moe", "Ernie4_5_VLMoeProcessor", "Ernie4_5_VLMoeImageProcessor", grid),
        ("step3p7", "Step3p7Processor", "Step3p7ImageProcessor", {"patch_size": 14}),
    ):
        made = processor(name, image_processor(image), _merge_kwargs=lambda **kwargs: {"images_kwargs": {}}, cat_extra_token=True)
        # HunyuanVL's code counts the axes of positions.
        text = {"text_config": {"rope_parameters": {"mrope_section": [16, 16, 16, 16]}}} if family == "hunyuan_vl" else {}
        yield family, {"vision_config": vision, **text}, made


def of_step(made, width, height):
    """The tokens of the text that Step 3.7's processor writes for an image."""
    import re
    from unittest.mock import patch

    inner = made.image_processor
    with patch.object(transformers.ProcessorMixin, "__init__", lambda *a, **k: None):
        made.__init__(inner)
    columns, rows = inner._plan_patches(width, height, inner.size["height"], inner.patch_size)[3:5]
    newlines = [column == columns - 1 and row < rows - 1 for row in range(rows) for column in range(columns)]
    return len(re.findall("<[a-z_]+>", made.replace_image_token({"num_local_patches": [columns * rows], "patch_newline_masks": [newlines]}, 0)))


def of_llama4(made, width, height):
    """Llama 4's has no function that counts: the tokens of the text that it writes for the tiles that it cuts."""
    import torch
    from transformers.models.llama4.image_processing_llama4_fast import find_supported_resolutions, get_best_fit

    inner = made.image_processor
    size = transformers.image_utils.SizeDict(**inner.size) if isinstance(inner.size, dict) else inner.size
    canvases = torch.tensor(find_supported_resolutions(max_num_chunks=inner.max_patches, patch_size=size))
    rows, columns = get_best_fit((height, width), canvases, resize_to_max_canvas=inner.resize_to_max_canvas).tolist()
    per_tile = (size.height // made.patch_size) ** 2 // made.downsample_ratio
    return made._prompt_split_image([rows // size.height, columns // size.width], per_tile).count("<|")


def sizes():
    """Widths and heights: usual ones, narrow ones, and others."""
    chosen = [(1, 1), (224, 224), (336, 336), (384, 384), (448, 448), (640, 480), (480, 640), (1024, 1024), (1920, 1080), (1080, 1920), (3000, 300), (300, 3000), (4000, 3000), (337, 336), (100, 90)]
    chosen += [(5, 5), (10, 1800), (1990, 10), (13, 1300), (2400, 13)]  # sides shorter than half a token
    rng = random.Random(7)
    return chosen + [(rng.randint(16, 4096), rng.randint(16, 4096)) for _ in range(45)]


def counted(made, width, height):
    """The tokens of one image; null where the processor refuses it."""
    if made is cut_by_phi4:
        try:
            return made(height, width)["tokens"]
        except ValueError:
            return None
    if isinstance(made, transformers.Llama4Processor):
        return of_llama4(made, width, height)
    if type(made).__name__ == "Step3p7Processor":
        return of_step(made, width, height)
    # MiniMax's adds a token before an image and one behind it; ERNIE's says that those in its text are of the image.
    around = 2 if type(made).__name__ in ("MiniMaxM3VLProcessor", "Ernie4_5_VLMoeProcessor") else 0
    try:
        return around + int(made._get_num_multimodal_tokens(image_sizes=[[height, width]]).num_image_tokens[0])
    except ValueError:
        return None


if __name__ == "__main__":
    answers = {
        family: {"config": {"model_type": family, **config}, "tokens": [[*size, counted(made, *size)] for size in sizes()]}
        for family, config, made in ((*newer(), *further()) if transformers.__version__.startswith("5") else families())
    }
    print("{" + ",\n".join(f"{json.dumps(family)}: {json.dumps(answer)}" for family, answer in answers.items()) + "}")
