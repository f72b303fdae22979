"""Ground truth for fine-tuning types on models that are more than a causal decoder: the models of whole.py and seen.py with what PEFT trains of them.

    python tuned.py cases.jsonl out.jsonl        as whole.py or, with images or sound, seen.py; options as in finetuning.py, with `finetuningType`
                                                 in place of `method` where there is one
    python tuned.py --trace case.json            prints each operation of the recorded step, with the live bytes after it

With `quantization`, weights are packed as in qlora.py: all linear layers but those that transformers keeps (`get_keys_to_not_convert`). The task type is that of the class. Adapters get none, so that PEFT leaves the heads of classifiers frozen; virtual tokens need one, and PEFT
trains a copy of the head beside them.
"""
import sys

import bitsandbytes as bnb
import peft
import torch

import oracle
import qlora
import seen
import whole

TASKS = {
    "ForSequenceClassification": "SEQ_CLS",
    "ForTokenClassification": "TOKEN_CLS",
    "ForQuestionAnswering": "QUESTION_ANS",
    "ForConditionalGeneration": "SEQ_2_SEQ_LM",
    "MTModel": "SEQ_2_SEQ_LM",
    "ForCausalLM": "CAUSAL_LM",
    "LMHeadModel": "CAUSAL_LM",
}
BUILD = whole.build
OPTIMIZER_OF = oracle.optimizer_of


def peft_config(name, options):
    """PEFT's config of what a type trains."""
    kind, lora = options.get("finetuningType"), options.get("lora")
    if lora:
        of = lora.get("peftType", "adalora" if kind == "adalora" else "lora")
        named = {"target_modules": lora.get("targetModules"), **({"modules_to_save": lora["modulesToSave"]} if "modulesToSave" in lora else {})}
        if of == "vera":
            return peft.VeraConfig(r=lora["rank"], vera_dropout=lora.get("loraDropout", 0.0), bias=lora.get("bias", "none"), **named)
        if of == "adalora":
            return peft.AdaLoraConfig(init_r=lora["rank"], total_step=100, lora_dropout=lora.get("loraDropout", 0.0), bias=lora.get("bias", "none"), **named)
        more = {"use_dora": True} if kind == "dora" else {}
        return peft.LoraConfig(**oracle.lora_arguments(lora), **more)
    task = next(task for ending, task in TASKS.items() if name.endswith(ending))
    tokens = {"num_virtual_tokens": options["numVirtualTokens"], "task_type": task}
    size = {"encoder_hidden_size": options["encoderHiddenSize"]} if "encoderHiddenSize" in options else {}
    if kind in ("prompt_tuning", "soft_prompt"):
        return peft.PromptTuningConfig(**tokens)
    if kind == "p_tuning":
        return peft.PromptEncoderConfig(**tokens, **size)
    return peft.PrefixTuningConfig(**tokens, **size, prefix_projection=options.get("prefixProjection", False))


def build(config, options):
    from peft import get_peft_model
    from peft.tuners.lora import layer

    model = BUILD(config, {**options, "method": "full", "lora": None, "gradientCheckpointing": False, "recompute": "none", "inputGradients": False})
    layer.Linear.get_delta_weight = oracle.delta_weight
    storage = options.get("quantization", "none")
    with torch.device("meta"):
        if storage != "none":
            pack(model, storage, options)
        model = get_peft_model(model, peft_config(config["architectures"][0], options))
        for name, p in model.named_parameters():  # PEFT moves adapters to the dtype of the weights, but not on 'meta'
            if any(own in name for own in ("lora_", "vera_", "prompt_encoder")):
                p.data = p.data.to(torch.float32)
    oracle.checkpoint(model, options)
    if options.get("inputGradients"):
        model.enable_input_require_grads()
    if options.get("finetuningType") == "lora_plus":
        from peft.optimizers import create_loraplus_optimizer

        oracle.optimizer_of = lambda *rest: create_loraplus_optimizer(
            model=model, optimizer_cls=torch.optim.AdamW, lr=1e-4, loraplus_lr_ratio=16, foreach=True)
    else:
        oracle.optimizer_of = OPTIMIZER_OF
    for name, t in list(getattr(model, "prompt_tokens", {}).items()):  # PEFT keeps their indices on the CPU
        model.prompt_tokens[name] = torch.zeros(t.shape, dtype=t.dtype, device="cpu")
    return model


def pack(model, storage, options):
    """Packs what `from_pretrained` packs, and casts the rest as `prepare_model_for_kbit_training` does."""
    from transformers.integrations.bitsandbytes import get_keys_to_not_convert
    from peft.tuners.lora import dora

    dora.dequantize_module_weight = qlora.unpacked
    keys = get_keys_to_not_convert(model)
    qlora.replace_linear_layers(model, storage, lambda name: name.split(".")[-1] in keys or any(f"{key}." in name or key == name for key in keys))
    setattr(model, "is_loaded_in_8bit" if storage == "int8" else "is_loaded_in_4bit", True)
    if options.get("prepareForKbitTraining"):
        for p in model.parameters():
            if p.dtype == torch.bfloat16:
                p.data = p.data.to(torch.float32)


def run(config, options, trace=None):
    def materialize(model):
        ledger = torch.utils._python_dispatch._get_current_dispatch_mode()
        MATERIALIZE(model)
        qlora.add_states(model, options.get("quantization"), ledger)
        for layer in model.modules():
            if isinstance(layer, (bnb.nn.Linear8bitLt, bnb.nn.Linear4bit)) and layer.bias is not None:  # which it may replace by a wider one
                layer.register_forward_hook(lambda layer, *rest: ledger.book(layer.bias, "parameters", True))

    oracle.materialize = materialize
    steps = SEEN if options.get("images") or options.get("audioSeconds") else RUN
    return steps(config, {"method": "lora", **options}, trace)


RUN, SEEN, MATERIALIZE = whole.run, seen.run, oracle.materialize
whole.build = build

if __name__ == "__main__":
    if sys.argv[1] == "--trace":
        whole.run = run
        whole.traced(sys.argv[2])
    else:
        oracle.run = run
        oracle.main()
