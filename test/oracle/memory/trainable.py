"""Ground truth for the parameters that PEFT trains: prompt, prefix and p-tuning, AdaLoRA. Classes have the task types of tuned.py.

    python trainable.py out.jsonl        writes {"config", "options", "trainable"} for small models on 'meta'
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import torch
import transformers
from peft import AdaLoraConfig, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

from tuned import TASKS

MODELS = [
    dict(model_type="llama", hidden_size=256, intermediate_size=688, num_hidden_layers=3, num_attention_heads=8, num_key_value_heads=4, vocab_size=4000),
    dict(model_type="gpt2", n_embd=96, n_layer=2, n_head=4, vocab_size=700),
    dict(model_type="gemma2", hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=48, vocab_size=900),
    dict(model_type="qwen2", hidden_size=128, intermediate_size=352, num_hidden_layers=4, num_attention_heads=8, num_key_value_heads=2, vocab_size=3000, tie_word_embeddings=True),
]

BERT = dict(hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, vocab_size=300, num_labels=3)
BART = dict(d_model=64, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=96, decoder_ffn_dim=128, vocab_size=300)
T5 = dict(d_model=64, d_kv=16, num_heads=4, d_ff=128, num_layers=2, num_decoder_layers=3, vocab_size=300)
WHOLES = {
    "T5ForConditionalGeneration": ("t5", T5),
    "MT5ForConditionalGeneration": ("mt5", T5),
    "T5ForSequenceClassification": ("t5", T5),
    "BartForConditionalGeneration": ("bart", BART),
    "BartForSequenceClassification": ("bart", BART),
    "MBartForConditionalGeneration": ("mbart", BART),
    "MarianMTModel": ("marian", {**BART, "pad_token_id": 299}),
    "PegasusForConditionalGeneration": ("pegasus", BART),
    "BertForSequenceClassification": ("bert", BERT),
    "BertForTokenClassification": ("bert", BERT),
    "BertForQuestionAnswering": ("bert", BERT),
    "RobertaForSequenceClassification": ("roberta", BERT),
    "DebertaV2ForSequenceClassification": ("deberta-v2", BERT),
    "ElectraForSequenceClassification": ("electra", BERT),
    "LlamaForSequenceClassification": ("llama", BERT),
    "LlamaForTokenClassification": ("llama", BERT),
}


def wholes():
    """Each class with its task type, and virtual tokens of every kind."""
    for name, (model_type, config) in WHOLES.items():
        task = next(task for ending, task in TASKS.items() if name.endswith(ending))
        for options, peft_config in cases(task, (8,)):
            if options["finetuningType"] != "adalora" and "encoderHiddenSize" not in options:
                yield name, {"model_type": model_type, "architectures": [name], **config}, options, peft_config


def cases(task="CAUSAL_LM", counts=(8, 20)):
    for tokens in counts:
        common = {"task_type": task, "num_virtual_tokens": tokens}
        yield {"finetuningType": "prompt_tuning", "numVirtualTokens": tokens}, PromptTuningConfig(**common)
        for size in (None, 64):
            told = {"encoderHiddenSize": size} if size else {}
            given = {"encoder_hidden_size": size} if size else {}
            yield {"finetuningType": "p_tuning", "numVirtualTokens": tokens, **told}, PromptEncoderConfig(**common, **given)
            for projection in (False, True):
                options = {"finetuningType": "prefix_tuning", "numVirtualTokens": tokens, "prefixProjection": projection, **told}
                yield options, PrefixTuningConfig(**common, **given, prefix_projection=projection)
    for rank in (4, 12):
        lora = {"rank": rank, "targetModules": "all-linear"}
        yield {"finetuningType": "adalora", "lora": lora}, AdaLoraConfig(task_type="CAUSAL_LM", init_r=rank, target_modules="all-linear", total_step=100)


def main():
    with open(sys.argv[1], "w") as out:
        for config in MODELS:
            for options, peft_config in cases():
                with torch.device("meta"):
                    parsed = AutoConfig.for_model(config["model_type"], **{k: v for k, v in config.items() if k != "model_type"})
                    model = get_peft_model(AutoModelForCausalLM.from_config(parsed), peft_config)
                trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
                out.write(json.dumps({"config": config, "options": options, "trainable": trainable}) + "\n")
        for name, config, options, peft_config in wholes():
            stated = {k: v for k, v in config.items() if k not in ("model_type", "architectures")}
            with torch.device("meta"):
                model = get_peft_model(getattr(transformers, name)(transformers.CONFIG_MAPPING[config["model_type"]](**stated)), peft_config)
            trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
            out.write(json.dumps({"config": config, "options": options, "trainable": trainable}) + "\n")


if __name__ == "__main__":
    main()
