"""The inputs of a batch for a class of transformers, as fake tensors of their true sizes."""
import torch


def inputs_of(model, config, options):
    """What a class takes, and its labels."""
    name, batch, tokens = config["architectures"][0], options["batchSize"], options["sequenceLength"]
    ids = torch.zeros(batch, tokens, dtype=torch.long)
    if config["model_type"] in ("vit", "clip_vision_model", "siglip_vision_model"):
        c, dtype = model.config, next(model.parameters()).dtype
        pixels = torch.zeros(batch, c.num_channels, c.image_size, c.image_size, dtype=dtype)
        return {"pixel_values": pixels}, {"labels": torch.zeros(batch, dtype=torch.long)}
    if config["model_type"] == "clip":
        c, dtype = model.config.vision_config, next(model.parameters()).dtype
        pixels = torch.zeros(batch, c.num_channels, c.image_size, c.image_size, dtype=dtype)
        return {"input_ids": ids, "pixel_values": pixels}, {"return_loss": True}
    if config["model_type"] == "whisper":
        c = model.config
        dtype = next(model.parameters()).dtype
        features = torch.zeros(batch, c.num_mel_bins, 2 * c.max_source_positions, dtype=dtype)
        targets = torch.zeros(batch, options.get("targetLength", tokens), dtype=torch.long)
        written = {"labels": targets} if options["method"] != "inference" else {"decoder_input_ids": targets}
        return ({"input_features": features}, written) if "labels" in written else ({"input_features": features, **written}, {})
    if model.config.is_encoder_decoder:
        targets = torch.zeros(batch, options.get("targetLength", tokens), dtype=torch.long)
        written = {"labels": targets} if options["method"] != "inference" else {"decoder_input_ids": targets}
        return ({"input_ids": ids}, written) if "labels" in written else ({"input_ids": ids, **written}, {})
    if name.endswith("ForMultipleChoice"):  # the sequences are the choices of one question
        return {"input_ids": ids[None]}, {"labels": torch.zeros(1, dtype=torch.long)}
    if name.endswith(("ForSequenceClassification", "ForNextSentencePrediction")):
        return {"input_ids": ids}, {"labels": torch.zeros(batch, dtype=torch.long)}
    if name.endswith("ForQuestionAnswering"):
        return {"input_ids": ids}, {name: torch.zeros(batch, dtype=torch.long) for name in ("start_positions", "end_positions")}
    return {"input_ids": ids}, {"labels": ids}
