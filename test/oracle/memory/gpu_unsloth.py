"""Peaks of the second step of Unsloth's models in its SFTTrainer, on a real GPU.

    python gpu_unsloth.py cases.jsonl out.jsonl [jobs] [seconds]        a process for each case, as Unsloth patches its classes

A case is {"id", "config", "options": {"method": "qlora", "lora" or "full", "batchSize", "sequenceLength", "recompute": "unsloth", "layers" or "none",
"lora", "arguments": of SFTConfig}}. Weights are random, in a folder that `FastLanguageModel.from_pretrained` reads. With "trace", what is alive at the peak. A record is the case and "gpu":
    peakBytes, requestedBytes    max_memory_allocated of the second step, and what was asked for then, before the allocator rounds
    restBytes                    memory_allocated before it
    workspaceBytes               what a matrix product and its backward leave allocated in an otherwise empty process (cuBLAS)
    parameters                   bytes of the parameters by dtype, and of those that are trained
"""
import gc
import json
import os
import subprocess
import sys
import time

os.environ.update(
    TRANSFORMERS_VERBOSITY="error", WANDB_DISABLED="true", HF_HUB_OFFLINE="1", UNSLOTH_DISABLE_STATISTICS="1", UNSLOTH_DISABLE_AUTO_UPDATES="1", TOKENIZERS_PARALLELISM="false"
)


def tokenizer():
    import transformers
    from tokenizers import Tokenizer, models

    words = Tokenizer(models.WordLevel({"<unk>": 0, "<s>": 1, "</s>": 2, "<pad>": 3, **{f"w{i}": i for i in range(4, 1004)}}, unk_token="<unk>"))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>", bos_token="<s>", unk_token="<unk>")


def save(config, folder):
    """A checkpoint with random weights."""
    import torch
    import transformers

    named = {key: value for key, value in config.items() if key not in ("model_type", "dtype", "torch_dtype", "architectures")}
    parsed = transformers.AutoConfig.for_model(config["model_type"], **named)
    with torch.device("cuda"):
        model = transformers.AutoModelForCausalLM.from_config(parsed, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)


def workspace():
    import torch

    a = torch.ones(2048, 2048, device="cuda", dtype=torch.bfloat16, requires_grad=True)
    (a @ a).sum().backward()
    del a
    return torch.cuda.memory_allocated()


def run(case, folder):
    import unsloth  # noqa: F401: it patches what is imported after it
    import datasets
    import torch
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer
    from gpu_live import Live
    from unsloth import FastLanguageModel

    options = case["options"]
    held, history = workspace(), Live() if "trace" in case else None

    def memory(which="current"):
        return torch.cuda.memory_stats()[f"requested_bytes.all.{which}"]

    class Peak(TrainerCallback):
        def on_step_begin(self, args, state, control, **_):
            if state.global_step == 1:
                gc.collect()
                torch.cuda.synchronize()
                self.rest = torch.cuda.memory_allocated()
                torch.cuda.reset_peak_memory_stats()
                history and history.start()

        def on_step_end(self, args, state, control, **_):
            if state.global_step == 2:
                torch.cuda.synchronize()
                self.peak, self.requested = torch.cuda.max_memory_allocated(), memory("peak")
                self.live = {"live": history.at_peak()} if history else {}

    checkpointing = {"unsloth": "unsloth", "layers": True, "none": False}[options.get("recompute", "unsloth")]
    model, words = FastLanguageModel.from_pretrained(
        folder, max_seq_length=options["sequenceLength"], dtype=torch.bfloat16, load_in_4bit=options["method"] == "qlora",
        full_finetuning=options["method"] == "full", use_gradient_checkpointing=checkpointing, local_files_only=True,
    )
    if options["method"] != "full":
        lora = options.get("lora", {})
        model = FastLanguageModel.get_peft_model(
            model, r=lora.get("rank", 16), lora_alpha=16, lora_dropout=lora.get("loraDropout", 0), bias="none", use_gradient_checkpointing=checkpointing,
            target_modules=lora.get("targetModules", ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]),
            modules_to_save=lora.get("modulesToSave"),
        )
    rows = [[4 + (i * 7 + j) % 1000 for j in range(options["sequenceLength"])] for i in range(4 * options["batchSize"])]
    data = datasets.Dataset.from_dict({"input_ids": rows, "attention_mask": [[1] * len(row) for row in rows], "labels": rows})
    arguments = {
        "output_dir": f"/tmp/out-{os.getpid()}", "per_device_train_batch_size": options["batchSize"], "max_steps": 3, "save_strategy": "no", "report_to": "none",
        "max_length": options["sequenceLength"], "logging_strategy": "no", **options.get("arguments", {}),
    }
    peak, parameters = Peak(), {}
    trainer = SFTTrainer(model=model, processing_class=words, train_dataset=data, args=SFTConfig(**arguments), callbacks=[peak])
    trainer.train()
    for name, p in model.named_parameters():
        kind = ("trained " if p.requires_grad else "frozen ") + str(p.dtype)[6:]
        parameters[kind] = parameters.get(kind, 0) + p.numel() * p.element_size()
    return {"peakBytes": peak.peak, "requestedBytes": peak.requested, "restBytes": peak.rest, "workspaceBytes": held, "parameters": parameters,
            "device": torch.cuda.get_device_name(), "torch": torch.__version__, "unsloth": unsloth.__version__, **peak.live}


def main():
    source, target = sys.argv[1:3]
    if len(sys.argv) > 4 and sys.argv[3] == "--one":
        case = json.loads(sys.argv[4])
        try:
            found = run(case, sys.argv[5])
        except Exception as error:
            import traceback

            traceback.print_exc()
            found = {"error": repr(error)[:400]}
        with open(target, "a") as out:
            out.write(json.dumps({**case, "gpu": found}) + "\n")
        print(case["id"], found, flush=True)
        return
    if len(sys.argv) > 4 and sys.argv[3] == "--save":
        return save(json.loads(sys.argv[4]), sys.argv[5])
    jobs = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    until = time.time() + float(sys.argv[4] if len(sys.argv) > 4 else 1e9)
    cases, folders, running = [json.loads(line) for line in open(source)], {}, []
    for case in cases:
        folder = folders.setdefault(json.dumps(case["config"]), f"/dev/shm/model-{len(folders)}")
        if not os.path.exists(folder):
            subprocess.run([sys.executable, __file__, source, target, "--save", json.dumps(case["config"]), folder], check=True)
        while len(running) >= jobs:
            time.sleep(0.2)
            running = [child for child in running if child.poll() is None]
        if time.time() > until:
            break
        running.append(subprocess.Popen([sys.executable, __file__, source, target, "--one", json.dumps(case), folder]))
    for child in running:
        child.wait()


if __name__ == "__main__":
    main()
