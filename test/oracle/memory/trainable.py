"""Ground truth for the parameters that PEFT trains: prompt, prefix and p-tuning, AdaLoRA.

    python trainable.py out.jsonl        writes {"config", "options", "trainable"} for small models on 'meta'
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import torch
from peft import AdaLoraConfig, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

MODELS = [
    dict(model_type="llama", hidden_size=256, intermediate_size=688, num_hidden_layers=3, num_attention_heads=8, num_key_value_heads=4, vocab_size=4000),
    dict(model_type="gpt2", n_embd=96, n_layer=2, n_head=4, vocab_size=700),
    dict(model_type="gemma2", hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=48, vocab_size=900),
    dict(model_type="qwen2", hidden_size=128, intermediate_size=352, num_hidden_layers=4, num_attention_heads=8, num_key_value_heads=2, vocab_size=3000, tie_word_embeddings=True),
]


def cases():
    for tokens in (8, 20):
        common = {"task_type": "CAUSAL_LM", "num_virtual_tokens": tokens}
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


if __name__ == "__main__":
    main()
