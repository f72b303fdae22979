"""The inputs of a batch for a class of transformers, as fake tensors of their true sizes."""
import torch


def labels_of(model, config, options):
    """The labels of whole sequences or images: numbers where the config asks for a regression, or for several labels at once."""
    batch, count, problem = options["batchSize"], model.config.num_labels, config.get("problem_type")
    if problem == "multi_label_classification":
        return torch.zeros(batch, count)
    if problem == "regression" or (problem is None and count == 1):
        # torch computes no gradient of a squared error between two dtypes.
        mixed = options["method"] == "full-mixed" or options.get("autocast")
        shape = (batch,) if count == 1 else (batch, count)
        return torch.zeros(shape, dtype=torch.float32 if mixed else next(model.parameters()).dtype)
    return torch.zeros(batch, dtype=torch.long)


def inputs_of(model, config, options):
    """What a class takes, and its labels."""
    name, batch, tokens = config["architectures"][0], options["batchSize"], options["sequenceLength"]
    ids = torch.zeros(batch, tokens, dtype=torch.long)
    if options.get("images") and config["model_type"] == "layoutlmv3":  # the image of a page beside its words
        side = model.config.input_size
        pixels = torch.zeros(batch, model.config.num_channels, side, side, dtype=next(model.parameters()).dtype)
        read, labels = inputs_of(model, config, {**options, "images": 0})
        return {**read, "pixel_values": pixels}, labels
    if config["model_type"] in HEARING:
        sound = {"input_values": torch.zeros(batch, 16_000 * options["audioSeconds"], dtype=next(model.parameters()).dtype)}
        return heard(model, config, options, sound)
    if config["model_type"] in ("siglip2", "siglip2_vision_model"):
        c = getattr(model.config, "vision_config", model.config)
        flat = torch.zeros(batch, c.num_patches, c.num_channels * c.patch_size**2, dtype=next(model.parameters()).dtype)
        seen = {"pixel_values": flat, "pixel_attention_mask": torch.ones(batch, c.num_patches, dtype=torch.long), "spatial_shapes": torch.zeros(batch, 2, dtype=torch.long)}
        return ({"input_ids": ids, **seen} if config["model_type"] == "siglip2" else seen), {"return_loss": True}
    if config["model_type"] in SEEING:
        c = model.config
        if name.endswith("ForMaskedImageModeling"):
            return masked_images(model, batch)
        return {"pixel_values": pixels_of(model, c, batch)}, {"labels": labels_of(model, config, options)}
    if config["model_type"] in ("clip", "siglip"):
        return {"input_ids": ids, "pixel_values": pixels_of(model, model.config.vision_config, batch)}, {"return_loss": True}
    if config["model_type"] == "whisper":
        c = model.config
        dtype = next(model.parameters()).dtype
        features = torch.zeros(batch, c.num_mel_bins, 2 * c.max_source_positions, dtype=dtype)
        targets = torch.zeros(batch, options.get("targetLength", tokens), dtype=torch.long)
        written = {"labels": targets} if options["method"] != "inference" else {"decoder_input_ids": targets}
        return ({"input_features": features}, written) if "labels" in written else ({"input_features": features, **written}, {})
    if model.config.is_encoder_decoder and not name.endswith(("Classification", "QuestionAnswering")):
        targets = torch.zeros(batch, options.get("targetLength", tokens), dtype=torch.long)
        written = {"labels": targets} if options["method"] != "inference" else {"decoder_input_ids": targets}
        return ({"input_ids": ids}, written) if "labels" in written else ({"input_ids": ids, **written}, {})
    if name.endswith("ForMultipleChoice"):  # the sequences are the choices of one question
        return {"input_ids": ids[None]}, {"labels": torch.zeros(1, dtype=torch.long)}
    if name.endswith(("ForSequenceClassification", "ForNextSentencePrediction")):
        return {"input_ids": ids}, {"labels": labels_of(model, config, options)}
    if name.endswith(("ForQuestionAnswering", "ForQuestionAnsweringSimple")):
        return {"input_ids": ids}, {name: torch.zeros(batch, dtype=torch.long) for name in ("start_positions", "end_positions")}
    return {"input_ids": ids}, {"labels": ids}


HEARING = ("wav2vec2", "hubert", "wavlm", "moonshine")


def moments_of(c, options):
    """What the convolutions leave of the samples."""
    length = 16_000 * options["audioSeconds"]
    for kernel, stride in zip(c.conv_kernel, c.conv_stride):
        length = (length - kernel) // stride + 1
    return length


def heard(model, config, options, sound):
    """Sound, with the characters of a text, a label for each sound, a label of every class for each moment, or the text that is written."""
    name, batch = config["architectures"][0], options["batchSize"]
    written = torch.zeros(batch, options.get("targetLength", options["sequenceLength"]), dtype=torch.long)
    if config["model_type"] == "moonshine":
        return (sound, {"labels": written}) if options["method"] != "inference" else ({**sound, "decoder_input_ids": written}, {})
    if name.endswith("ForCTC"):
        return sound, {"labels": written}
    if name.endswith(("ForSequenceClassification", "ForXVector")):
        return sound, {"labels": torch.zeros(batch, dtype=torch.long)}
    if name.endswith("ForAudioFrameClassification"):
        moments = moments_of(model.config, options)
        return sound, {"labels": torch.zeros(batch, moments, model.config.num_labels, dtype=torch.long)}
    return sound, {}


SEEING = (
    "vit", "clip_vision_model", "siglip_vision_model", "deit", "beit", "dinov2", "dinov2_with_registers", "dinov3_vit", "internvl_vision", "pixtral",
)


def side_of(size):
    return size if isinstance(size, int) else size[0]


def pixels_of(model, c, batch):
    """Images of the size of the config, in the dtype of the weights."""
    side = side_of(c.image_size)
    return torch.zeros(batch, c.num_channels, side, side, dtype=next(model.parameters()).dtype)


def masked_images(model, batch):
    """Images with a mask of patches, as wide as those that the encoder sees."""
    c = model.config
    patches = (side_of(c.image_size) // side_of(c.patch_size)) ** 2
    mask = torch.zeros(batch, patches, dtype=torch.bool)
    if c.model_type == "beit":  # a visual token for each masked patch, of which there are 40 %
        return {"pixel_values": pixels_of(model, c, batch), "bool_masked_pos": mask}, {"labels": torch.zeros(batch * (2 * patches // 5), dtype=torch.long)}
    return {"pixel_values": pixels_of(model, c, batch)}, {"bool_masked_pos": mask}
