"""The inputs of a batch for a class of transformers, as fake tensors of their true sizes."""
import torch


def inputs_of(model, config, options):
    """What a class takes, and its labels."""
    name, batch, tokens = config["architectures"][0], options["batchSize"], options["sequenceLength"]
    ids = torch.zeros(batch, tokens, dtype=torch.long)
    if name.endswith("ForSequenceClassification"):
        return {"input_ids": ids}, {"labels": torch.zeros(batch, dtype=torch.long)}
    if name.endswith("ForQuestionAnswering"):
        return {"input_ids": ids}, {name: torch.zeros(batch, dtype=torch.long) for name in ("start_positions", "end_positions")}
    return {"input_ids": ids}, {"labels": ids}
