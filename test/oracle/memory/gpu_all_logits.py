"""Peaks of the second step of a preference method that takes log-probabilities from all logits, on a real GPU, as LLaMA-Factory's trainers do.

    LLAMA_FACTORY_SOURCE=folder python gpu_all_logits.py cases.jsonl out.jsonl

`get_batch_logps` is read from LLaMA-Factory's source (0.9.5, `train/trainer_utils.py`), whose trainers need an older TRL than the rest. The order of the
two forward passes, and what is held in between, are those of `get_batch_loss_metrics` in its `train/dpo/trainer.py`. Cases as in `gpu_preferences.py`, without "trainer".
"""
import ast
import gc
import json
import os
import sys
from contextlib import nullcontext
from typing import Optional

os.environ.update(TRANSFORMERS_VERBOSITY="error")
import accelerate
import peft
import torch
import torch.nn.functional as F
import transformers

import gpu


def get_batch_logps():
    path = os.path.join(os.environ["LLAMA_FACTORY_SOURCE"], "train/trainer_utils.py")
    source = open(path).read()
    [function] = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "get_batch_logps"]
    names = {"torch": torch, "Optional": Optional, "IGNORE_INDEX": -100}
    exec(ast.get_source_segment(source, function), names)
    return names["get_batch_logps"]


def run(case, log_probs):
    options = case["options"]
    gc.collect()
    torch.cuda.empty_cache()
    config = gpu.parsed(case["config"])

    def made():
        with torch.device("cuda"):
            return transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa")

    model, reference = made(), None
    lora = options.get("lora")
    if lora:
        model = peft.get_peft_model(model, peft.LoraConfig(r=lora["rank"], target_modules=lora["targetModules"], lora_dropout=0.0, task_type="CAUSAL_LM"))
        model.enable_input_require_grads()
    else:
        reference = made().eval().requires_grad_(False)
    if options.get("recompute", "layers") != "none":
        model.gradient_checkpointing_enable({"use_reentrant": True})
        if not lora:
            model.enable_input_require_grads()
    trained = [p for p in model.parameters() if p.requires_grad]
    accelerator = accelerate.Accelerator(mixed_precision="bf16")
    model, optimizer = accelerator.prepare(model, torch.optim.AdamW(trained, lr=1e-6, fused=True))
    if reference is not None:
        reference = accelerator.prepare_model(reference, evaluation_mode=True)
    ids = torch.randint(0, 1000, (2 * options["batchSize"], options["sequenceLength"]), device="cuda")
    labels = ids.clone()
    mask = torch.ones_like(ids)

    def forward(one):
        logits = one(input_ids=ids, attention_mask=mask, return_dict=True, use_cache=False).logits.to(torch.float32)
        logps, _ = log_probs(logits=logits, labels=labels)
        half = len(ids) // 2
        return logps[:half], logps[half:], logits.split(half, dim=0)

    def loss_of():
        chosen, rejected, logits = forward(model)
        with torch.no_grad(), (accelerator.unwrap_model(model).disable_adapter() if lora else nullcontext()):
            ref_chosen, ref_rejected, _ = forward(model if lora else reference)
        means = [one.mean().item() for one in logits]
        return -F.logsigmoid(0.1 * ((chosen - rejected) - (ref_chosen - ref_rejected))).mean(), means

    for step in range(2):
        model.train()
        if step == 1:
            gc.collect()
            torch.cuda.reset_peak_memory_stats()
        loss, _ = loss_of()
        accelerator.backward(loss)
        del loss
        optimizer.step()
        optimizer.zero_grad()
    return {"peakBytes": torch.cuda.max_memory_allocated()}


def main():
    source, target = sys.argv[1:3]
    log_probs = get_batch_logps()
    place = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__, "workspaceBytes": gpu.workspace_bytes()}
    for line in open(source):
        case = json.loads(line)
        with open(target, "a") as out:
            out.write(json.dumps({**case, "gpu": {**place, **run(case, log_probs)}}) + "\n")


if __name__ == "__main__":
    main()
