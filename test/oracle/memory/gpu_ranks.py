"""Steps of rank 0 on a real GPU, with a process group that does nothing: what streams overlap, and what is kept on the CPU.

    python gpu_ranks.py cases.jsonl out.jsonl [jobs] [seconds]        appends a record for every case whose id out.jsonl lacks, so many at a time

Cases are those of data_parallel.py, also with options.sharding.offload, which a CPU cannot record:
    parameters    `CPUOffloadPolicy` of FSDP2 and HSDP, `CPUOffload` of FSDP1, `offload_param` of DeepSpeed beside `offload_optimizer`
    optimizer     `offload_optimizer` of DeepSpeed (0.19.8, which must be importable for ZeRO)
    activations   `OffloadActivations` of the package that options.offloads names, `trl` (the default) or `torchtune`, around the forward pass, with a
                  stream of its own unless options.streams is false. The strategy may be "none" then.
Real weights and kernels, random ids. A record is the case and "gpu": {"peak", "rest"}, the bytes that the allocator was asked for (`requested_bytes`)
at most in the second step and before it, without what the process holds for cuBLAS; and "torch", "device".
"""
import gc
import json
import os
import subprocess
import sys
import time
import traceback
import warnings
from contextlib import contextmanager, nullcontext

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("DS_ACCELERATOR", "cuda")
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":16:8")
warnings.filterwarnings("ignore")
import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.testing._internal.distributed.fake_pg import FakeStore

import data_parallel
import oracle
from data_parallel import DEEPSPEED, decoder_layers, dtype_of, has_policy, plain, unsynchronised
from gpu_live import Live
from on_gpu import kernels_of, like_a_batch, requested, vocabulary_of, warm_up


MOST = 12  # cases of a process
UNUSED = (
    "torchao", "torchao.dtypes", "torchao.dtypes.nf4tensor", "torchao.quantization", "torchao.quantization.qat", "torchao.quantization.qat.linear",
    "torchao.prototype", "torchao.utils", "torchtune.training.quantization", "torchdata", "torchdata.nodes", "torchdata.stateful_dataloader", "omegaconf", "blobfile", "datasets", "datasets.distributed",
)


def offload_of(options):
    return options["sharding"].get("offload", [])


def reduced(state, bucket):
    future = torch.futures.Future(devices=[0])
    future.set_result(bucket.buffer())
    return future


def ddp(model, options):
    from torch.nn.parallel import DistributedDataParallel

    wrapped = DistributedDataParallel(model, device_ids=[0], init_sync=False)
    wrapped.register_comm_hook(None, reduced)
    _, optimizer, backward, step = plain(model, options)
    return wrapped, optimizer, backward, step


def fsdp1(model, options):
    import torch.distributed.fsdp as fsdp

    wrapper = fsdp.FullyShardedDataParallel
    offloaded = fsdp.CPUOffload(offload_params=True) if "parameters" in offload_of(options) else None

    def wrapping(*args, **kwargs):
        return wrapper(*args, **kwargs, cpu_offload=offloaded)

    fsdp.FullyShardedDataParallel = wrapping
    try:
        return data_parallel.fsdp1(model, options)
    finally:
        fsdp.FullyShardedDataParallel = wrapper


def fsdp2(model, options):
    from torch.distributed.fsdp import CPUOffloadPolicy, MixedPrecisionPolicy, fully_shard

    sharding = options["sharding"]
    policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16 if has_policy(options) else None, reduce_dtype=dtype_of(sharding.get("reduceDtype")))
    how = {"mesh": options["mesh"], "mp_policy": policy, "reshard_after_forward": sharding.get("reshardAfterForward", None)}
    if "parameters" in offload_of(options):
        how["offload_policy"] = CPUOffloadPolicy()
    for layer in decoder_layers(model):
        fully_shard(layer, **how)
    fully_shard(model, **how)
    return plain(model, options)


def zero(model, options):
    import deepspeed
    from deepspeed.runtime.zero import partition_parameters, partitioned_param_coordinator, stage3

    for module in (stage3, partition_parameters, partitioned_param_coordinator):
        module.assert_ints_same_as_other_ranks = lambda ints: None
    sharding, offload = options["sharding"], offload_of(options)
    on_cpu = {"device": "cpu", "pin_memory": True}
    optimizer = oracle.optimizer_of([p for p in model.parameters() if p.requires_grad], {**options, "optimizerStep": options.get("optimizerStep", "fused")})
    engine, optimizer, _, _ = deepspeed.initialize(
        model=model,
        optimizer=optimizer,
        dist_init_required=False,
        config={
            "train_micro_batch_size_per_gpu": options["batchSize"],
            "gradient_accumulation_steps": options.get("gradientAccumulation", 1),
            "bf16": {"enabled": options["method"] != "full-mixed"},
            "zero_allow_untested_optimizer": True,
            "zero_force_ds_cpu_optimizer": False,
            "zero_optimization": {
                "stage": int(sharding["strategy"][-1]),
                **({"offload_optimizer": on_cpu} if offload else {}),
                **({"offload_param": on_cpu} if "parameters" in offload else {}),
                **{DEEPSPEED[name]: value for name, value in sharding.get("deepspeed", {}).items()},
            },
        },
    )
    return engine, optimizer, lambda loss, last: engine.backward(loss), engine.step


WRAP = {"none": plain, "ddp": ddp, "fsdp1": fsdp1, "fsdp2": fsdp2, "hsdp": fsdp2, "zero-1": zero, "zero-2": zero, "zero-3": zero}


def without_data_sets():
    """Stands in for what torchtune imports and does not use here."""
    from importlib.machinery import ModuleSpec
    from unittest.mock import MagicMock

    for name in UNUSED:
        sys.modules.setdefault(name, MagicMock(__spec__=ModuleSpec(name, None), __path__=[], __version__="0.10.0"))


def offloading(model, options):
    """What a trainer computes the loss in."""
    if "activations" not in offload_of(options):
        return nullcontext()
    streams = {"use_streams": options.get("streams", True)}
    if options.get("offloads") == "torchtune":
        without_data_sets()
        from torchtune.training._activation_offloading import NoOpManager, OffloadActivations

        context, head, nothing = OffloadActivations(**streams), model.get_output_embeddings(), NoOpManager()
        head.register_forward_pre_hook(lambda *_: nothing.__enter__())
        head.register_forward_hook(lambda *_: nothing.__exit__(), always_call=True)
        return context
    from trl.models.activation_offloading import get_act_offloading_ctx_manager

    return get_act_offloading_ctx_manager(model, **streams, warn_if_no_head=False)


@contextmanager
def alone():
    """A process group of rank 0 alone does not compare shapes with other ranks."""
    import torch.distributed.utils as utils

    for owner in (utils, torch.nn.parallel.distributed):
        owner._verify_param_shape_across_processes = lambda *_, **__: None
    data_parallel.CPU = torch.device("cuda", 0)
    yield


def run(config, options):
    sharding = options["sharding"]
    wide = {"dtype": "float32"} if sharding.get("parameterDtype") == "float32" else {}
    base = requested()
    history = Live() if options.get("trace") else None
    model = oracle.build(config, {**options, **wide}, fake=False).to("cuda")
    model.train()
    ids = torch.randint(3, vocabulary_of(model), (options["batchSize"], options["sequenceLength"]), device="cuda")
    groups, ranks = dist.get_world_size() // sharding["ranks"], sharding["ranks"]
    mesh = init_device_mesh("cuda", (groups, ranks), mesh_dim_names=("replicate", "shard")) if groups > 1 else init_device_mesh("cuda", (ranks,))
    context, loss_of = offloading(model, options), (model.get_base_model() if options["method"] == "lora" else model).loss_function
    called, _, backward, step = WRAP[sharding["strategy"]](model, {**options, "mesh": mesh})
    model = None
    mixed = options["method"] == "full-mixed" or options.get("autocast")

    def micro_batch(last):
        with nullcontext() if last else unsynchronised(called, sharding):
            with torch.autocast("cuda", dtype=torch.bfloat16) if mixed else nullcontext():
                if options.get("offloads") == "torchtune":  # which computes the loss outside
                    with context:
                        logits = called(input_ids=ids, use_cache=False).logits
                    loss = loss_of(logits=logits, labels=ids, vocab_size=logits.shape[-1])
                    del logits
                    return backward(loss, last)
                with context:
                    loss = called(input_ids=ids, labels=ids, use_cache=False).loss
            backward(loss, last)

    accumulated = options.get("gradientAccumulation", 1) - 1
    counts_calls = sharding["strategy"].startswith("zero")

    def accumulate():
        for _ in range(accumulated):
            micro_batch(False)
            if counts_calls:
                step()

    accumulate()
    micro_batch(True)
    step()
    accumulate()
    gc.collect()
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    rest = requested() - base
    history and history.start()
    micro_batch(True)
    step()
    torch.cuda.synchronize()
    peak = requested("peak") - base
    return {"peak": peak, "rest": rest, **({"live": history.at_peak()} if history else {})}


def record(case, target):
    started = time.time()
    torch.manual_seed(0)
    try:
        with kernels_of(case["options"]):
            found = run(case["config"], case["options"])
    except Exception as error:
        print("FAILED", case["id"], repr(error)[:300], traceback.format_exc()[-700:] if os.environ.get("ORACLE_TRACE") else "", flush=True)
        found = {"error": repr(error)[:300]}
    line = {**case, "gpu": found, "torch": torch.__version__, "device": torch.cuda.get_device_name()}
    with open(target, "a") as out:
        out.write(json.dumps(line) + "\n")
    print(case["id"], found.get("peak"), case.get("truth", {}).get("peak", {}).get("total"), f"{time.time() - started:.1f}s", flush=True)


def world_of(case):
    sharding = case["options"]["sharding"]
    return sharding["ranks"] * (2 if sharding["strategy"] == "hsdp" else 1)


def record_all(cases, target):
    """Cases of one world, in a process of their own: DeepSpeed keeps its groups."""
    dist.init_process_group("fake", rank=0, world_size=world_of(cases[0]), store=FakeStore())
    like_a_batch()
    warm_up()
    with alone():
        for case in cases:
            record(case, target)
            gc.collect()
            torch.cuda.empty_cache()


def main():
    source, target = sys.argv[1:3]
    if len(sys.argv) > 3 and sys.argv[3] == "--these":
        return record_all(json.loads(sys.stdin.read()), target)
    jobs = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    until = time.time() + float(sys.argv[4] if len(sys.argv) > 4 else 1e9)
    done = {json.loads(line)["id"] for line in open(target)} if os.path.exists(target) else set()
    groups, running = {}, []
    for case in map(json.loads, open(source)):
        if case["id"] not in done:
            groups.setdefault((world_of(case), case["options"].get("offloads")), []).append(case)
    for cases in groups.values():
        for i in range(0, len(cases), MOST):
            while len(running) >= jobs:
                time.sleep(0.1)
                running = [child for child in running if child.poll() is None]
            if time.time() > until:
                continue
            child = subprocess.Popen([sys.executable, __file__, source, target, "--these"], stdin=subprocess.PIPE, text=True)
            child.stdin.write(json.dumps(cases[i : i + MOST]))
            child.stdin.close()
            running.append(child)
    for child in running:
        child.wait()


if __name__ == "__main__":
    main()
