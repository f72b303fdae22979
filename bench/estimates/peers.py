"""Asks other memory estimators about recorded runs: fitcheck-llm, hf-mem and accelerate.

    python peers.py < cases.jsonl > answers.jsonl

A case is {"id", "config", "parameters", "options"}: a config with every size spelled out, and the number of parameters. An answer is
{"tool", "version", "id", "bytes"} or {"tool", "version", "id", "refused": why}; a tool that is not installed is silent. Each is asked by its own
functions for what it can express; its overhead (context, fragmentation) is left out, as torch's figure has none.
"""

import json
import sys
import tempfile
from importlib import metadata
from pathlib import Path

MIB = 2**20


class Refused(Exception):
    pass


def fitcheck():
    import fitcheck.config_parser as parser
    from fitcheck.estimator import ServingConfig, TrainingConfig, estimate, estimate_inference
    from fitcheck.gpu_db import get_gpu

    gpu = get_gpu(vram_mib=10_000_000)
    targets = {"all-linear": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}

    def ask(case):
        options, config = case["options"], case["config"]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "config.json"
            path.write_text(json.dumps(config))
            parser.hf_hub_download = lambda **_: str(path)
            parser._reported_param_count = lambda *_: case["parameters"]
            try:
                model = parser.fetch_model_config("local/model")
                if options["method"] == "inference":
                    report = estimate_inference(model, ServingConfig(precision="bf16", seq_len=options["sequenceLength"], num_concurrent=options["batchSize"]), gpu)
                    return (report.weight_mib + report.kv_cache_mib) * MIB
                mixed = options["method"] == "full-mixed"
                lora = options.get("lora")
                asked = lora and lora["targetModules"]
                training = TrainingConfig(
                    precision="bf16",
                    optimizer_dtype="fp32" if mixed or lora else "bf16",
                    batch_size=options["batchSize"],
                    seq_len=options["sequenceLength"],
                    lora_rank=lora["rank"] if lora else None,
                    lora_targets=targets.get(asked, asked) if isinstance(asked, str) else (asked or ["q_proj"]),
                    grad_checkpoint=options["gradientCheckpointing"],
                    flash_attn=True,
                )
                report = estimate(model, training, gpu)
            except ValueError as error:
                raise Refused(str(error).split("\n")[0]) from error
        return (report.weight_mib + report.lora_mib + report.optimizer_mib + report.gradient_mib + report.activation_mib) * MIB

    return "fitcheck-llm", ask


def hf_mem():
    from hf_mem.safetensors.kv_cache import compute_safetensors_kv_cache_size

    def ask(case):
        options = case["options"]
        if options["method"] != "inference":
            raise Refused("serving only")
        cache = compute_safetensors_kv_cache_size(case["config"], "BF16", options["sequenceLength"], options["batchSize"])
        return 2 * case["parameters"] + cache

    return "hf-mem", ask


def accelerate():
    from accelerate.commands.estimate import estimate_training_usage

    def ask(case):
        method = case["options"]["method"]
        if method == "inference":
            return 2 * case["parameters"]
        if method == "full-mixed":
            return max(estimate_training_usage(4 * case["parameters"], "float16").values())
        raise Refused("training in mixed precision or float32 only")

    return "accelerate", ask


def main():
    tools = []
    for make in (fitcheck, hf_mem, accelerate):
        try:
            tools.append(make())
        except ImportError:
            continue
    for line in sys.stdin:
        case = json.loads(line)
        for tool, ask in tools:
            answer = {"tool": tool, "version": metadata.version(tool), "id": case["id"]}
            try:
                answer["bytes"] = ask(case)
            except Refused as refused:
                answer["refused"] = str(refused)[:120]
            print(json.dumps(answer))


if __name__ == "__main__":
    main()
