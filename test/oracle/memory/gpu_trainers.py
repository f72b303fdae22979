"""Peaks of the second step of transformers' Trainer and TRL's SFTTrainer with their own defaults, on a real GPU.

    python gpu_trainers.py cases.jsonl out.jsonl

A case is {"id", "config", "options": {"trainer": 'transformers' or 'trl', "batchSize", "sequenceLength", "lora", "weights": 'float32' or
absent, "arguments": of TrainingArguments or SFTConfig}}. Liger patches the classes of transformers: after a case with its kernels, the next
ones of the same family have them, too.
"""
import gc
import json
import os
import sys

os.environ.update(TRANSFORMERS_VERBOSITY="error", WANDB_DISABLED="true", HF_HUB_OFFLINE="1")
import datasets
import peft
import torch
import transformers
import trl
from tokenizers import Tokenizer, models
from transformers import Trainer, TrainerCallback, TrainingArguments, default_data_collator
from trl import SFTConfig, SFTTrainer

import gpu


class Peak(TrainerCallback):
    def on_step_begin(self, args, state, control, **_):
        if state.global_step == 1:
            gc.collect()
            self.rest = torch.cuda.memory_allocated()
            torch.cuda.reset_peak_memory_stats()

    def on_step_end(self, args, state, control, **_):
        if state.global_step == 2:
            self.peak = torch.cuda.max_memory_allocated()


def tokenizer():
    words = Tokenizer(models.WordLevel({"a": 0, "<unk>": 1, "<pad>": 2, "</s>": 3}, unk_token="<unk>"))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")


def run(case):
    options, peak = case["options"], Peak()
    gc.collect()
    torch.cuda.empty_cache()
    dtype = torch.float32 if options.get("weights") == "float32" else torch.bfloat16
    with torch.device("cuda"):
        model = transformers.AutoModelForCausalLM.from_config(gpu.parsed(case["config"]), dtype=dtype, attn_implementation="sdpa")
    lora = options.get("lora")
    adapters = lora and peft.LoraConfig(
        r=lora["rank"], lora_alpha=32, lora_dropout=lora.get("loraDropout", 0.0), target_modules=lora.get("targetModules"), task_type="CAUSAL_LM"
    )
    rows = [[i % 1000 for i in range(options["sequenceLength"])] for _ in range(4 * options["batchSize"])]
    data = datasets.Dataset.from_dict({"input_ids": rows, "attention_mask": [[1] * len(row) for row in rows], "labels": rows})
    own = options.get("arguments", {})
    arguments = {
        "output_dir": "/tmp/out", "per_device_train_batch_size": options["batchSize"], "max_steps": 3, "logging_strategy": "no",
        "save_strategy": "no", "report_to": [], **own,
    }
    if options["trainer"] == "trl":
        trainer = SFTTrainer(
            model=model, args=SFTConfig(**arguments, max_length=options["sequenceLength"]), peft_config=adapters, callbacks=[peak],
            train_dataset=data.remove_columns(["labels", "attention_mask"]), processing_class=tokenizer(),
        )
    else:
        if adapters:
            model = peft.get_peft_model(model, adapters)
            if own.get("gradient_checkpointing"):
                model.enable_input_require_grads()
        trainer = Trainer(
            model=model, args=TrainingArguments(**arguments), train_dataset=data, data_collator=default_data_collator, callbacks=[peak]
        )
    trainer.train()
    return {"peakBytes": peak.peak, "restBytes": peak.rest}


def main():
    source, target = sys.argv[1:3]
    place = {"transformers": transformers.__version__, "trl": trl.__version__, "workspaceBytes": gpu.workspace_bytes()}
    for line in open(source):
        case = json.loads(line)
        with open(target, "a") as out:
            out.write(json.dumps({**case, "gpu": {**place, **run(case)}}) + "\n")


if __name__ == "__main__":
    main()
