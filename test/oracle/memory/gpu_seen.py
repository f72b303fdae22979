"""Memory of real steps with images on a real GPU: gpu.py, for models that see.

    python gpu_seen.py cases.jsonl out.jsonl [seconds]

Cases are those of seen.py: `images` in each sequence, of `imageSize` where the family takes any. Placeholders stand at the start of each sequence.
"""
import inspect

import torch
import transformers

import gpu


class Seeing:
    """Stands for a model that takes the ids alone: puts placeholders into them, and gives it the pixels."""

    def __init__(self, model, options):
        self.model, self.options = model, options
        self.forward_names = inspect.signature((model.get_base_model() if hasattr(model, "get_base_model") else model).forward).parameters

    def __getattr__(self, name):
        return getattr(self.model, name)

    def __call__(self, input_ids, labels=None, **kwargs):
        if not hasattr(self, "seen"):
            self.seen, tokens = inputs_of(self.model.config, input_ids.shape[0], self.options)
            input_ids[:, :tokens] = self.model.config.image_token_id if hasattr(self.model.config, "image_token_id") else self.model.config.image_token_index
            if "mm_token_type_ids" in self.forward_names:
                self.seen["mm_token_type_ids"] = (torch.arange(input_ids.shape[1], device="cuda") < tokens).long().expand_as(input_ids).contiguous()
        return self.model(input_ids=input_ids, **self.seen, **({"labels": labels} if labels is not None else {}), **kwargs)


def inputs_of(config, batch, options):
    """Pixels as a processor returns them, and the tokens of all images of a sequence."""
    images, vision = options["images"], config.vision_config
    if hasattr(vision, "spatial_merge_size"):
        down = vision.patch_size * vision.spatial_merge_size
        height, width = (max(down, round(options["imageSize"][name] / down) * down) // vision.patch_size for name in ("height", "width"))
        pixels = getattr(vision, "in_channels", 3) * vision.temporal_patch_size * vision.patch_size**2
        grid = torch.tensor([[1, height, width]] * images * batch, device="cuda")
        values = torch.randn(batch * images * height * width, pixels, device="cuda")
        return {"pixel_values": values, "image_grid_thw": grid}, images * height * width // vision.spatial_merge_size**2
    side, patch = (v if isinstance(v, int) else v[0] for v in (vision.image_size, vision.patch_size))
    tokens = (side // patch) ** 2
    if hasattr(config, "downsample_ratio"):
        tokens = int(tokens * config.downsample_ratio**2)
    return {"pixel_values": torch.randn(batch * images, 3, side, side, device="cuda")}, images * tokens


if __name__ == "__main__":
    transformers.AutoModelForCausalLM = transformers.AutoModelForImageTextToText
    train, prefill = gpu.train, gpu.prefill
    # What the class takes is given by Seeing.
    gpu.own_class = lambda config: None
    gpu.train = lambda model, ids, options, config: train(Seeing(model, options), ids, options, config)
    gpu.prefill = lambda model, ids, options, config: prefill(Seeing(model, options), ids, options, config)
    gpu.attention_backend = lambda config: "as in gpu.py"
    gpu.main()
