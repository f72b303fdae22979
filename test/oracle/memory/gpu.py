"""Memory of real steps on a real GPU: what torch's allocator and the driver report.

    python gpu.py cases.jsonl out.jsonl [seconds]        stops after so many seconds; each case appends one record

Cases are those of oracle.py, with more options that only run on a GPU: method "qlora" (bitsandbytes NF4), `quantization` ('nf4', 'nf4-double',
'int8'), `prepareForKbitTraining`, `optimizer` 'adamw-8bit', 'adamw-8bit-paged' and 'lion-32bit' (bitsandbytes), those of torchao, `kernels: 'liger'` and
`loss` 'fused' or 'fused-linear' (Liger), `kernelPackages` (the packages that are installed: others must not be), `recompute` ({every: n} or 'selective'), `loraDropout`, `cachedTokens` (generate after a prefill).
Weights are random, and the batch has an attention mask of ones, as from a data collator. A record is the case plus "gpu":
    peakBytes       torch.cuda.max_memory_allocated of the second step (of the prefill in inference)
    requestedBytes  what was asked for then, before the allocator rounds
    accumulating    the same for a further micro-batch, whose gradients are added to those of the one before
    gradientBytes   gradients after the first micro-batch: experts that no token reached have none
    restBytes       memory_allocated before the second step: weights, optimizer states, and the workspaces of cuBLAS
    workspaceBytes  what a matrix product leaves allocated in an otherwise empty process (cuBLAS)
    reservedBytes   max_memory_reserved; deviceBytes: what the driver counts as used, the CUDA context included
    outOfMemory     true if the card was too small
    sufficesAt      with `limits` in the case: the smallest of these factors of peakBytes that torch's allocator needs to finish two steps
                    (set_per_process_memory_fraction), all factors below it having run out of memory
    contextBytes    what the driver counts for the process beside torch's allocator, after one matrix product
    device, torch, transformers, peft, attention (the backend that scaled_dot_product_attention takes)
"""
import gc
import json
import os
import sys
import time
import warnings
from contextlib import nullcontext

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
warnings.filterwarnings("ignore")
import torch
import transformers

import oracle
from inputs import inputs_of

FIELDS_OF_NO_MODEL = ("model_type", "dtype", "torch_dtype", "transformers_version", "architectures", "quantization_config")


TORCHAO = {"adamw-8bit-torchao": "AdamW8bit", "adamw-4bit-torchao": "AdamW4bit", "adamw-fp8-torchao": "AdamWFp8"}
PACKAGES = ("fla", "causal_conv1d", "mamba_ssm")


def check_packages(options):
    """transformers uses every package that is installed, so that a case must name them all."""
    import importlib.util

    installed = sorted(name for name in PACKAGES if importlib.util.find_spec(name))
    if "kernelPackages" in options and sorted(options["kernelPackages"]) != installed:
        raise ValueError(f"the case is for {options['kernelPackages']}, but {installed} are installed")


def parsed(config):
    return transformers.AutoConfig.for_model(config["model_type"], **{k: v for k, v in config.items() if k not in FIELDS_OF_NO_MODEL})


def pack(model, storage):
    """Each linear layer except the output embedding becomes one of bitsandbytes."""
    import bitsandbytes as bnb

    head = model.get_output_embeddings()
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if not isinstance(child, torch.nn.Linear) or child is head:
                continue
            if storage == "int8":
                packed = bnb.nn.Linear8bitLt(child.in_features, child.out_features, bias=child.bias is not None, has_fp16_weights=False, threshold=6.0)
                packed.weight = bnb.nn.Int8Params(child.weight.data.to("cpu"), requires_grad=False, has_fp16_weights=False)
            else:
                packed = bnb.nn.Linear4bit(
                    child.in_features, child.out_features, bias=child.bias is not None, compute_dtype=torch.bfloat16,
                    compress_statistics=storage == "nf4-double", quant_type="nf4",
                )
                packed.weight = bnb.nn.Params4bit(
                    child.weight.data, requires_grad=False, compress_statistics=storage == "nf4-double", quant_type="nf4",
                    module=packed,
                )
            packed.bias = child.bias
            setattr(parent, name, packed.to("cuda"))
            child.weight = None
    setattr(model, "is_loaded_in_8bit" if storage == "int8" else "is_loaded_in_4bit", True)


def own_class(config):
    """The class that `architectures` names, if it is no causal decoder."""
    names = config.get("architectures", [])
    return getattr(transformers, names[0]) if names and not names[0].endswith("ForCausalLM") else None


def build(config, options):
    parsed_config = parsed(config)
    eager = options.get("attention") == "eager" or getattr(parsed_config, "attn_logit_softcapping", None)
    dtype = torch.float32 if options["method"] == "full-mixed" else getattr(torch, options.get("dtype", "bfloat16"))
    parsed_config.dtype = dtype  # transformers 4.57 asks torch for it otherwise, with a function that torch does not have
    with torch.device("cuda"):
        own = own_class(config)
        named = own or transformers.MODEL_FOR_CAUSAL_LM_MAPPING[type(parsed_config)]
        arguments = {"dtype": dtype, "attn_implementation": "sdpa" if named._supports_sdpa and not eager else "eager"}
        model = own._from_config(parsed_config, **arguments) if own else transformers.AutoModelForCausalLM.from_config(parsed_config, **arguments)
    storage = options.get("quantization", "nf4-double" if options["method"] == "qlora" else "none")
    if storage != "none":
        pack(model, storage)
    recompute = options.get("recompute", "layers" if options.get("gradientCheckpointing") else "none")
    arguments = {"use_reentrant": bool(options.get("reentrant"))}
    if recompute == "selective":
        arguments["context_fn"] = oracle.context_of_selective
    if options.get("prepareForKbitTraining"):
        from peft import prepare_model_for_kbit_training

        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=recompute != "none", gradient_checkpointing_kwargs=arguments)
    if options.get("kernels") == "liger" or options.get("loss") in ("fused", "fused-linear"):
        from liger_kernel.transformers import _apply_liger_kernel_to_instance

        whole = options.get("kernels") == "liger"
        loss = options.get("loss", "logits")
        parts = {"rope": whole, "rms_norm": whole, "swiglu": whole} if "gemma" not in config["model_type"] else {"rope": whole, "rms_norm": whole, "geglu": whole}
        _apply_liger_kernel_to_instance(model, fused_linear_cross_entropy=loss == "fused-linear", cross_entropy=loss == "fused", **parts)
    if options["method"] in ("lora", "qlora"):
        from peft import LoraConfig, get_peft_model

        adapters = {**oracle.lora_arguments(options["lora"]), "lora_dropout": options["lora"].get("loraDropout", 0.0)}
        dtype_of_adapters = options.get("adapterDtype", "float32")
        model = get_peft_model(model, LoraConfig(**adapters, task_type=None if own_class(config) else "CAUSAL_LM"), autocast_adapter_dtype=dtype_of_adapters == "float32")
        for name, p in model.named_parameters():
            if "lora_" in name:
                p.data = p.data.to(getattr(torch, dtype_of_adapters))
    if recompute != "none":
        model.gradient_checkpointing_enable(arguments)
        if isinstance(recompute, dict):
            layers = [m for m in model.modules() if hasattr(m, "gradient_checkpointing") and hasattr(m, "_gradient_checkpointing_func")]
            layers = [m for m in layers if "Layer" in type(m).__name__ or "Block" in type(m).__name__]
            for i, layer in enumerate(layers):
                layer.gradient_checkpointing = i % recompute["every"] == 0
    if options.get("inputGradients"):
        model.enable_input_require_grads()
    return model


def optimizers_of(model, trained, options):
    name = options.get("optimizer", "adamw")
    if name in ("adamw-8bit", "adamw-8bit-paged", "lion-32bit"):
        import bitsandbytes as bnb

        kind = {"adamw-8bit": bnb.optim.AdamW8bit, "adamw-8bit-paged": bnb.optim.PagedAdamW8bit, "lion-32bit": bnb.optim.Lion}[name]
        return [kind(trained, lr=1e-4)]
    if name in TORCHAO:
        import torchao.optim

        return [getattr(torchao.optim, TORCHAO[name])(trained, lr=1e-4)]
    if name == "muon":  # torch's Muon takes matrices only; the rest, embeddings and head too, has AdamW
        ends = {id(p) for part in (model.get_input_embeddings(), model.get_output_embeddings()) for p in part.parameters()}
        matrices = [p for p in trained if p.ndim == 2 and id(p) not in ends]
        others = [p for p in trained if p.ndim != 2 or id(p) in ends]
        return [torch.optim.Muon(matrices, lr=1e-4), torch.optim.AdamW(others, lr=1e-4, foreach=True)]
    return [oracle.optimizer_of(trained, options)]


def train(model, ids, options, config):
    model.train()
    inputs = {"input_ids": ids, "labels": ids, "use_cache": False}
    if own_class(config):
        with torch.device("cuda"):
            own, labels = inputs_of(model, config, options)
        inputs = {**own, **labels}
    trained = [p for p in model.parameters() if p.requires_grad]
    mixed = options["method"] == "full-mixed" or options.get("autocast")
    optimizers = optimizers_of(model, trained, options)
    mask = torch.ones_like(ids)

    def micro_batch():
        with torch.autocast("cuda", dtype=torch.bfloat16) if mixed else nullcontext():
            out = model(attention_mask=mask, **inputs)
        loss = out.loss
        if not options.get("keepOutputs"):
            del out
        loss.backward()

    def clear():
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)

    def step():
        micro_batch()
        gradients = sum(p.grad.numel() * p.grad.element_size() for p in trained if p.grad is not None)
        for optimizer in optimizers:
            optimizer.step()
        clear()
        return gradients

    gradients = step()
    gc.collect()
    rest = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    step()
    measured = {"peakBytes": torch.cuda.max_memory_allocated(), "requestedBytes": torch.cuda.memory_stats()["requested_bytes.all.peak"], "restBytes": rest, "gradientBytes": gradients}
    reserved = torch.cuda.max_memory_reserved()
    micro_batch()
    torch.cuda.reset_peak_memory_stats()
    micro_batch()
    measured = {**measured, "accumulating": torch.cuda.max_memory_allocated(), "reservedBytes": reserved}
    clear()
    if "limits" not in options:
        return measured
    return {**measured, "sufficesAt": smallest_limit(options["limits"], measured["peakBytes"], step, clear)}


def smallest_limit(factors, peak, step, clear):
    total = torch.cuda.get_device_properties(0).total_memory
    try:
        for factor in factors:
            gc.collect()
            torch.cuda.empty_cache()
            torch.cuda.set_per_process_memory_fraction(min(1.0, factor * peak / total))
            if runs(step):
                return factor
            clear()
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    return None


def runs(step):
    try:
        step()
        step()
        return True
    except torch.OutOfMemoryError:
        return False


def prefill(model, ids, options, config):
    model.eval()
    rest = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    with torch.no_grad():
        if own_class(config):
            with torch.device("cuda"):
                own, _ = inputs_of(model, config, options)
            out = model(attention_mask=torch.ones_like(ids), **own)
            del out
        elif options.get("cachedTokens"):
            model.generate(ids, attention_mask=torch.ones_like(ids), min_new_tokens=options["cachedTokens"], max_new_tokens=options["cachedTokens"], do_sample=False, pad_token_id=0)
        else:
            out = model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=True, logits_to_keep=1)
            del out
    return {"peakBytes": torch.cuda.max_memory_allocated(), "restBytes": rest}


def attention_backend(config):
    from torch.nn.attention import SDPBackend

    c = parsed(config)
    heads = getattr(c, "num_attention_heads", 1)
    # Gemma 4 has one for each kind of layer, and says so with an error.
    width = None if config["model_type"].startswith("gemma4") else getattr(c, "head_dim", None)
    q = torch.empty(1, heads, 128, width or c.hidden_size // heads, dtype=torch.bfloat16, device="cuda", requires_grad=True)
    return SDPBackend(torch._fused_sdp_choice(q, q, q, is_causal=True)).name


def measure(case):
    options = case["options"]
    check_packages(options)
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    try:
        model = build(case["config"], options)
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        ids = torch.randint(0, 1000, (options["batchSize"], options["sequenceLength"]), device="cuda")
        found = prefill(model, ids, options, case["config"]) if options["method"] == "inference" else train(model, ids, options, case["config"])
        free, total = torch.cuda.mem_get_info()
        return {**found, "reservedBytes": found.get("reservedBytes", torch.cuda.max_memory_reserved()), "deviceBytes": total - free, "leftBytes": before}
    except torch.OutOfMemoryError:
        return {"outOfMemory": True, "peakBytes": torch.cuda.max_memory_allocated(), "reservedBytes": torch.cuda.max_memory_reserved()}


def workspace_bytes():
    a = torch.ones(256, 256, dtype=torch.bfloat16, device="cuda", requires_grad=True)
    (a @ a).sum().backward()
    a.grad = None
    gc.collect()
    torch.cuda.synchronize()
    return torch.cuda.memory_allocated() - a.numel() * 2


def main():
    source, target = sys.argv[1:3]
    until = time.time() + float(sys.argv[3] if len(sys.argv) > 3 else 1e9)
    done = {json.loads(line)["id"] for line in open(target)} if os.path.exists(target) else set()
    import peft

    place = {
        "device": torch.cuda.get_device_name(), "totalBytes": torch.cuda.get_device_properties(0).total_memory, "torch": torch.__version__,
        "transformers": transformers.__version__, "peft": peft.__version__, "workspaceBytes": workspace_bytes(),
    }
    free, total = torch.cuda.mem_get_info()
    place["contextBytes"] = total - free - torch.cuda.memory_reserved()
    for line in open(source):
        case, started = json.loads(line), time.time()
        if case["id"] in done:
            continue
        if started > until:
            print("out of time at", case["id"], flush=True)
            break
        try:
            found = measure(case)
            found["attention"] = attention_backend(case["config"])
        except Exception as error:
            print("FAILED", case["id"], repr(error)[:400], flush=True)
            if os.environ.get("ORACLE_RAISE"):
                raise
            continue
        with open(target, "a") as out:
            out.write(json.dumps({**case, "gpu": {**place, **found}}) + "\n")
        print(f"{case['id']} {found['peakBytes'] / 2**30:.3f} GiB {'OOM' if 'outOfMemory' in found else ''} {time.time() - started:.1f}s", flush=True)


if __name__ == "__main__":
    main()
