"""Peaks of the second step of TRL's trainers of preferences and rewards with their own defaults, on a real GPU.

    python gpu_preferences.py cases.jsonl out.jsonl

A case is {"id", "config", "options": {"trainer": 'dpo', 'kto', 'orpo', 'grpo', 'rloo' or 'reward', "batchSize", "sequenceLength", "lora",
"targetLength": tokens of a completion, "weights": 'float32' or absent, "arguments": of the trainer's config}}. Every word is a token, so that
prompts and completions have exactly as many tokens as the case says. A trainer reads its reference from a folder that the model is saved in.
"""
import gc
import json
import os
import sys
import tempfile

os.environ.update(TRANSFORMERS_VERBOSITY="error", WANDB_DISABLED="true", HF_HUB_OFFLINE="1", TRL_EXPERIMENTAL_SILENCE="1")
import datasets
import peft
import torch
import transformers
import trl
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import TrainerCallback

import gpu


class Peak(TrainerCallback):
    """The second step, from the end of the first: trainers that generate do so before `on_step_begin`."""

    def on_step_end(self, args, state, control, **_):
        if state.global_step == 1:
            gc.collect()
            self.rest = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()
        if state.global_step == 2:
            self.peak = torch.cuda.max_memory_allocated()


def tokenizer(size):
    words = Tokenizer(models.WordLevel({"<pad>": 0, "</s>": 1, "<unk>": 2, "a": 3, **{f"w{i}": i for i in range(4, size)}}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", padding_side="left")
    made.chat_template = "{% for m in messages %}{{ m.content }} {% endfor %}"
    return made


def words(count):
    return " ".join(["a"] * count)


def rows_of(options, count):
    total = options["sequenceLength"]
    answer = options.get("targetLength", total // 2)
    prompt = total - answer
    kind = options["trainer"]
    if kind in ("grpo", "rloo"):
        return {"prompt": [words(prompt)] * count}
    # Each trainer ends a completion with a token of its own.
    if kind in ("dpo", "orpo"):
        return {"prompt": [words(prompt)] * count, "chosen": [" " + words(answer - 1)] * count, "rejected": [" " + words(answer - 1)] * count}
    if kind == "kto":
        return {"prompt": [words(prompt)] * count, "completion": [" " + words(answer - 1)] * count, "label": [i % 2 == 0 for i in range(count)]}
    return {"chosen": [words(total - 1)] * count, "rejected": [words(total - 1)] * count}


def trainer_of(options, model, adapters, callback):
    kind, answer = options["trainer"], options.get("targetLength", options["sequenceLength"] // 2)
    arguments = {
        "output_dir": tempfile.mkdtemp(), "per_device_train_batch_size": options["batchSize"], "max_steps": 3, "logging_strategy": "no",
        "save_strategy": "no", "report_to": [], **options.get("arguments", {}),
    }
    data = datasets.Dataset.from_dict(rows_of(options, 32 * options["batchSize"]))
    common = {"model": model, "train_dataset": data, "processing_class": tokenizer(model.config.vocab_size), "peft_config": adapters, "callbacks": [callback]}
    if kind in ("grpo", "rloo"):
        kinds = {"grpo": (trl.GRPOConfig, trl.GRPOTrainer), "rloo": (trl.RLOOConfig, trl.RLOOTrainer)}
        config, trainer = kinds[kind]
        own = config(**arguments, max_completion_length=answer, generation_kwargs={"min_new_tokens": answer})
        return trainer(**common, args=own, reward_funcs=[lambda completions, **_: [float(i % 3) for i in range(len(completions))]])
    if kind == "orpo":
        from trl.experimental.orpo import ORPOConfig, ORPOTrainer

        return ORPOTrainer(**common, args=ORPOConfig(**arguments, max_length=options["sequenceLength"]))
    kinds = {"dpo": (trl.DPOConfig, trl.DPOTrainer), "kto": (trl.KTOConfig, trl.KTOTrainer), "reward": (trl.RewardConfig, trl.RewardTrainer)}
    config, trainer = kinds[kind]
    return trainer(**common, args=config(**arguments, max_length=options["sequenceLength"]))


ARGUMENTS = (
    "optim", "bf16", "gradient_checkpointing", "gradient_checkpointing_kwargs", "beta", "loss_type", "disable_dropout",
    "precompute_ref_log_probs", "steps_per_generation", "num_generations", "use_liger_kernel", "max_length", "activation_offloading", "padding_free",
)


def run(case):
    options, peak = case["options"], Peak()
    gc.collect()
    torch.cuda.empty_cache()
    dtype = torch.float32 if options.get("weights") == "float32" else torch.bfloat16
    auto = transformers.AutoModelForSequenceClassification if options["trainer"] == "reward" else transformers.AutoModelForCausalLM
    config = gpu.parsed(case["config"])
    if options["trainer"] == "reward":
        config.num_labels, config.pad_token_id = 1, 0
    with torch.device("cuda"):
        model = auto.from_config(config, dtype=dtype, attn_implementation="sdpa")
    folder = tempfile.mkdtemp()
    if options["trainer"] in ("dpo", "kto", "grpo", "rloo") and not options.get("lora"):
        model.save_pretrained(folder)
        model.config._name_or_path = folder
    lora = options.get("lora")
    adapters = lora and peft.LoraConfig(
        r=lora["rank"], lora_alpha=32, lora_dropout=lora.get("loraDropout", 0.0), target_modules=lora.get("targetModules"),
        task_type="SEQ_CLS" if options["trainer"] == "reward" else "CAUSAL_LM",
    )
    trainer = trainer_of(options, model, adapters, peak)
    trainer.train()
    ref = getattr(trainer, "ref_model", None)
    trained = {}
    for name, p in trainer.model.named_parameters():
        key = f"{'trained' if p.requires_grad else 'frozen'} {p.dtype}"
        trained[key] = trained.get(key, 0) + p.numel()
    args = {k: str(getattr(trainer.args, k, None)) for k in ARGUMENTS}
    return {"peakBytes": peak.peak, "restBytes": peak.rest, "parameters": trained, "args": args, "reference": str(ref is not None and next(ref.parameters()).dtype)}


def main():
    source, target = sys.argv[1:3]
    place = {"torch": torch.__version__, "transformers": transformers.__version__, "trl": trl.__version__, "peft": peft.__version__, "workspaceBytes": gpu.workspace_bytes()}
    for line in open(source):
        case = json.loads(line)
        with open(target, "a") as out:
            out.write(json.dumps({**case, "gpu": {**place, **run(case)}}) + "\n")


if __name__ == "__main__":
    main()
