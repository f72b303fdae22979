"""What the config classes of transformers say, for drawing configs: python config_facts.py llama bert

Prints for each type that the installed version has the fields of its config class with their defaults, and its class with each head.
"""
import json
import math
import os
import sys

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import transformers
from transformers.models.auto import modeling_auto as auto

HEADS = {
    "ForCausalLM": auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    "ForMaskedLM": auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    "ForSequenceClassification": auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
    "ForTokenClassification": auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES,
    "ForQuestionAnswering": auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES,
    "ForMultipleChoice": auto.MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES,
    "ForConditionalGeneration": auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
}
# Fields of every config, which change no training step or make another class.
COMMON = set(transformers.PretrainedConfig().to_dict()) | {"is_decoder", "add_cross_attention", "is_encoder_decoder", "tie_encoder_decoder", "use_cache", "return_dict"}


def own(values):
    """The fields that a class has of its own, also in the config of the language model inside."""
    kept = {name: value for name, value in values.items() if name not in COMMON or name == "tie_word_embeddings"}
    return {**kept, "text_config": own(kept["text_config"])} if kept.get("text_config") else kept


def facts_of(kind):
    values = transformers.AutoConfig.for_model(kind).to_dict()
    heads = {head: names[kind] for head, names in HEADS.items() if isinstance(names.get(kind), str)}
    return {"values": own(values), "heads": heads}


def finite(value):
    """As JSON can say it, which has no infinity (the limits of Granite's time steps)."""
    if isinstance(value, dict):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    found = {}
    for kind in sys.argv[1:]:
        try:
            found[kind] = facts_of(kind)
        except Exception as error:
            print("no facts of", kind, repr(error)[:120], file=sys.stderr)
    print(json.dumps(finite(found), default=str, allow_nan=False))
