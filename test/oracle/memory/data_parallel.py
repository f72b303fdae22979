"""Ground truth for data-parallel training: the memory of rank 0 under DDP, FSDP1, FSDP2, HSDP and DeepSpeed's ZeRO, on one CPU.

    python data_parallel.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases as in oracle.py (methods full, full-mixed and lora), with options.sharding as in `estimateMemory`: strategy, ranks, parameterDtype,
reduceDtype, reshardAfterForward, syncEachBatch, deepspeed; and maxGradNorm, to which gradients are clipped. A fake process group of so many ranks stands around the model: collectives do nothing, but all buffers are
made. Every decoder layer and the root are wrapped, as accelerate and torchtitan do. DeepSpeed (0.19.8) must be importable for ZeRO.

options.finetuningType 'dpo', 'kto' or 'orpo' in place of `method` is the step of TRL 1.16 (TRL_SOURCE, as in losses.py), with `loss: 'logits'` that of LLaMA-Factory; 'prompt_tuning'
and so on with `numVirtualTokens` is PEFT's, as in finetuning.py, on packed weights with `quantization` (DDP, ZeRO-1 and 2). Its reference is prepared as `prepare_fsdp` and
`prepare_deepspeed` of its `models/utils.py` have it: FSDP2 around the root alone, FSDP1 as the trained model, ZeRO-3 as the trained model, and whole in all others.

The Ledger of oracle.py counts storages, here also those that are resized: FSDP frees and fills what it gathers in place. The second
step is recorded, with all its micro-batches. Without syncEachBatch, gradients are reduced in the last one alone, as
`no_sync` of accelerate 1.15.0 has it. Streams of a CPU do nothing, so that what a GPU overlaps in time is as if it ran in
order of the code. Memory of a CPU and of a GPU are the same here, so that offloading cannot be recorded.

A record is the case and "truth": {"peak": {"total", "phase", "op"}} in bytes.
"""
import json
import os
import sys
import time
import warnings
from contextlib import contextmanager, nullcontext

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("DS_ACCELERATOR", "cpu")
os.environ.setdefault("LOCAL_RANK", "0")
warnings.filterwarnings("ignore")
import torch
import torch.distributed as dist
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor
from torch.testing._internal.distributed.fake_pg import FakeStore

import transformers

if transformers.__version__ < "5":  # which computes experts one by one
    import balanced  # noqa: F401: spreads tokens evenly
import finetuning
import preferred
import whole
from oracle import Ledger, build, like_cuda, materialize, optimizer_of

CPU = torch.device("cpu")
DEEPSPEED = {
    "reduceBucketSize": "reduce_bucket_size",
    "overlapComm": "overlap_comm",
    "prefetchBucketSize": "stage3_prefetch_bucket_size",
    "maxLiveParameters": "stage3_max_live_parameters",
    "maxReuseDistance": "stage3_max_reuse_distance",
    "paramPersistenceThreshold": "stage3_param_persistence_threshold",
}
NONZERO = torch.Tensor.nonzero


class ResizedLedger(Ledger):
    """Counts what storages have after they are resized, too, of a distributed tensor its local one, and nothing on "meta"."""

    def book(self, tensor, kind, move=False):
        if tensor.device.type != "meta":
            super().book(getattr(tensor, "_local_tensor", tensor), kind, move)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if any(issubclass(t, DTensor) for t in types):
            return NotImplemented
        return super().__torch_dispatch__(func, types, args, kwargs)

    def resized(self, storage):
        entry = self.live.get(id(storage))
        if entry is None:
            return
        size = storage.nbytes()
        self.now[entry[2]] += size - entry[1]
        self.total += size - entry[1]
        entry[1] = size
        if self.total > self.highest:
            self.highest, self.place, self.parts = self.total, (self.phase, "resize_"), dict(self.now)


@contextmanager
def counting_resizes(ledger):
    resize = torch.UntypedStorage.resize_

    def resized(storage, size):
        out = resize(storage, size)
        ledger.resized(storage)
        return out

    torch.UntypedStorage.resize_ = resized
    try:
        yield
    finally:
        torch.UntypedStorage.resize_ = resize


def has_tokens(options):
    """Whether virtual tokens are trained."""
    return "numVirtualTokens" in options


def decoder_layers(model):
    """The decoder's layers: the list with the most parameters. That of experts may be longer."""
    return max((m for m in model.modules() if isinstance(m, torch.nn.ModuleList)), key=lambda layers: sum(p.numel() for p in layers.parameters()))


def dtype_of(name, otherwise=None):
    return getattr(torch, name) if name else otherwise


# One function for each strategy. Each returns (module to call, function that makes the optimizer, backward, step).


def plain(model, options):
    optimizer = optimizer_of([p for p in model.parameters() if p.requires_grad], options)
    most = options.get("maxGradNorm")

    def step():
        if most:  # FSDP1 has its own
            model.clip_grad_norm_(most) if hasattr(model, "clip_grad_norm_") else torch.nn.utils.clip_grad_norm_(model.parameters(), most)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return model, optimizer, lambda loss, last: loss.backward(), step


def reduced(state, bucket):
    """What a bucket holds after it is reduced: the same buffer. The fake group has no result."""
    future = torch.futures.Future()
    future.set_result(bucket.buffer())
    return future


class KeptBuckets:
    """A reducer that leaves its buckets as they are after the first step: to sort them again, it would look at values."""

    def __init__(self, reducer):
        self.reducer = reducer

    def __getattr__(self, name):
        return getattr(self.reducer, name)

    def _rebuild_buckets(self):
        return False


def ddp(model, options):
    from torch.nn.parallel import DistributedDataParallel

    wrapped = DistributedDataParallel(model, init_sync=False)
    wrapped.register_comm_hook(None, reduced)
    wrapped.reducer = KeptBuckets(wrapped.reducer)
    _, optimizer, _, step = plain(model, options)

    def backward(loss, last):
        loss.backward()

    return wrapped, optimizer, backward, step


def has_policy(options):
    """Whether float32 shards are gathered in bfloat16."""
    return options["method"] == "full-mixed" or options["sharding"].get("parameterDtype") == "float32"


def fsdp1(model, options):
    return plain(wrapped_in_fsdp1(model, options), options)


def wrapped_in_fsdp1(model, options):
    from torch.distributed.fsdp import FullyShardedDataParallel, MixedPrecision, ShardingStrategy
    from torch.distributed.fsdp.wrap import ModuleWrapPolicy

    sharding = options["sharding"]
    half = torch.bfloat16
    mixed = None
    if has_policy(options) or sharding.get("reduceDtype"):
        mixed = MixedPrecision(param_dtype=half, reduce_dtype=dtype_of(sharding.get("reduceDtype"), half), buffer_dtype=half)
    if options["method"] == "lora":
        from peft.utils.other import fsdp_auto_wrap_policy

        os.environ["FSDP_TRANSFORMER_CLS_TO_WRAP"] = type(decoder_layers(model)[0]).__name__
        wraps = fsdp_auto_wrap_policy(model)
    else:
        wraps = ModuleWrapPolicy({type(decoder_layers(model)[0])})
    reshards = sharding.get("reshardAfterForward", True)
    return FullyShardedDataParallel(
        model,
        auto_wrap_policy=wraps,
        sharding_strategy=ShardingStrategy.FULL_SHARD if reshards else ShardingStrategy.SHARD_GRAD_OP,
        mixed_precision=mixed,
        device_id=CPU,
        use_orig_params=options["method"] != "lora" and reshards,
        limit_all_gathers=True,
        sync_module_states=False,
    )


def fsdp2(model, options):
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    sharding = options["sharding"]
    param = torch.bfloat16 if has_policy(options) else None
    policy = MixedPrecisionPolicy(param_dtype=param, reduce_dtype=dtype_of(sharding.get("reduceDtype")))
    how = {"mesh": options["mesh"], "mp_policy": policy, "reshard_after_forward": sharding.get("reshardAfterForward", None)}
    for layer in decoder_layers(model):
        fully_shard(layer, **how)
    fully_shard(model, **how)
    return plain(model, options)


def deepspeed_config(options):
    sharding = options["sharding"]
    return {
        "train_micro_batch_size_per_gpu": options["batchSize"],
        "gradient_accumulation_steps": options.get("gradientAccumulation", 1),
        "bf16": {"enabled": options["method"] != "full-mixed"},
        "zero_allow_untested_optimizer": True,
        "gradient_clipping": options.get("maxGradNorm", 0),
        "zero_optimization": {
            "stage": int(sharding["strategy"][-1]),
            **{DEEPSPEED[name]: value for name, value in sharding.get("deepspeed", {}).items()},
        },
    }


def zero(model, options):
    import deepspeed
    from deepspeed.runtime.zero import partition_parameters, partitioned_param_coordinator, stage3

    for module in (stage3, partition_parameters, partitioned_param_coordinator):  # no other rank is there to agree
        module.assert_ints_same_as_other_ranks = lambda ints: None
    trained = [p for p in model.parameters() if p.requires_grad]
    engine, optimizer, _, _ = deepspeed.initialize(
        model=model, optimizer=optimizer_of(trained, {**options, "optimizerStep": options.get("optimizerStep", "fused")}), config=deepspeed_config(options), dist_init_required=False
    )

    def step():
        engine.step()

    return engine, optimizer, lambda loss, last: engine.backward(loss), step


@contextmanager
def unsynchronised(called, sharding):
    """`Accelerator.no_sync`, in which the Trainer runs all micro-batches but the last one."""
    if sharding.get("syncEachBatch", True) or sharding["strategy"].startswith("zero"):
        yield
    elif sharding["strategy"] in ("fsdp2", "hsdp"):
        called.set_requires_gradient_sync(False)
        yield
        called.set_requires_gradient_sync(True)
    else:
        with called.no_sync():
            yield


WRAP = {"none": plain, "ddp": ddp, "fsdp1": fsdp1, "fsdp2": fsdp2, "hsdp": fsdp2, "zero-1": zero, "zero-2": zero, "zero-3": zero}


@contextmanager
def without_values():
    """No look at values or at streams of a fake tensor."""
    import torch.distributed.utils as utils
    from torch.distributed.fsdp import _common_utils, _flat_param, _runtime_utils

    nothing = lambda *args, **kwargs: None  # noqa: E731
    balanced, nonzero = torch.Tensor.nonzero, NONZERO
    patches = [
        (torch.Tensor, "nonzero", lambda tensor, **how: balanced(tensor) if isinstance(tensor, FakeTensor) else nonzero(tensor, **how)),
        (FakeTensor, "item", lambda tensor: 0 if not tensor.is_floating_point() else 1.0),
        (utils, "_verify_param_shape_across_processes", nothing),
        (torch.nn.parallel.distributed, "_verify_param_shape_across_processes", nothing),
        (_common_utils, "_no_dispatch_record_stream", nothing),
        (_flat_param, "_no_dispatch_record_stream", nothing),
        (_runtime_utils, "_no_dispatch_record_stream", nothing),
        (torch.Tensor, "record_stream", nothing),
        (torch.nn.Module, "_apply", lambda module, *args, **kwargs: module),  # the model has its dtype and place already
    ]
    patches = [(owner, name, new, getattr(owner, name)) for owner, name, new in patches if hasattr(owner, name)]
    for owner, name, new, _ in patches:
        setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name, _, old in patches:
            setattr(owner, name, old)


def run(config, options, trace=None):
    options = {"method": "lora" if "lora" in options or has_tokens(options) else "full", **options}
    sharding = options["sharding"]
    ledger = ResizedLedger()
    ledger.trace = trace
    wide = {"dtype": "float32"} if sharding.get("parameterDtype") == "float32" else {}
    name, = config.get("architectures", [""])
    if options.get("quantization"):
        import qlora  # which replaces functions of bitsandbytes

    packed = qlora.adapted if options.get("quantization") else whole.build if "ConditionalGeneration" in name else build  # which read text alone here
    model = (finetuning.build if has_tokens(options) else packed)(config, {**options, **wide})
    reference = preferred.reference_of(config, {**options, **wide})
    groups, ranks = dist.get_world_size() // sharding["ranks"], sharding["ranks"]
    mesh = init_device_mesh("cpu", (groups, ranks), mesh_dim_names=("replicate", "shard")) if groups > 1 else init_device_mesh("cpu", (ranks,))
    with FakeTensorMode(allow_non_fake_inputs=True), like_cuda(options.get("attention")), without_values(), counting_resizes(ledger), ledger:
        materialize(model)
        finetuning.materialize_dicts(model)
        if options.get("quantization"):
            qlora.add_states(model, options["quantization"], ledger)
        for p in model.parameters():
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        p = b = None  # they would keep a whole parameter
        model.train()
        ids = torch.zeros(options["batchSize"] * preferred.sequences_of(options), options["sequenceLength"], dtype=torch.long)
        ledger.book(ids, "buffers", True)
        preferred.with_fused_head(model, options)
        asked = preferred.prepared(reference, {**options, "mesh": mesh}, ledger)
        plain_model, reference = model if preferred.is_preferred(options) else None, None
        called, optimizer, backward, step = WRAP[sharding["strategy"]](model, {**options, "mesh": mesh})
        model = None
        mixed = options["method"] == "full-mixed" or options.get("autocast")
        truth = {}

        def micro_batch(last=True):
            with nullcontext() if last else unsynchronised(called, sharding):
                passes(last)

        def passes(last):
            ledger.phase = "forward"
            with torch.autocast("cpu", dtype=torch.bfloat16) if mixed and not preferred.is_of_logits(options) else nullcontext():
                loss = preferred.loss_of(called, asked, plain_model, ids, options) if preferred.is_preferred(options) else called(input_ids=ids, labels=ids, use_cache=False).loss
            ledger.phase = "backward"
            backward(loss, last)

        def stepped():
            ledger.phase = "step"
            step()
            if options.get("optimizerStep", "fused") != "fused":  # which alone counts its steps on the GPU
                for state in getattr(optimizer, "state", {}).values():
                    if torch.is_tensor(state.get("step")):
                        ledger.leave_out(state["step"])

        accumulated = options.get("gradientAccumulation", 1) - 1
        counts_calls = sharding["strategy"].startswith("zero")  # of `step`, which the others do not get before the last micro-batch

        def accumulate():
            for _ in range(accumulated):
                micro_batch(False)
                if counts_calls:
                    stepped()

        accumulate()
        micro_batch()
        stepped()
        if ledger.trace is not None:
            ledger.trace.clear()
        ledger.reset()
        accumulate()
        micro_batch()
        stepped()
        peak, ledger.trace = ledger.peak(), None
        truth["peak"] = {name: peak[name] for name in ("total", "phase", "op")}
    return truth


def record(case, target):
    """One case, in a process of its own: DeepSpeed keeps its groups."""
    started, sharding = time.time(), case["options"]["sharding"]
    ranks = sharding["ranks"] * (2 if sharding["strategy"] == "hsdp" else 1)
    dist.init_process_group("fake", rank=0, world_size=ranks, store=FakeStore())
    try:
        truth = run(case["config"], case["options"])
    except Exception as error:
        print("FAILED", case["id"], type(error).__name__, str(error)[:300], flush=True)
        if os.environ.get("ORACLE_RAISE"):
            raise
        return
    with open(target, "a") as out:
        out.write(json.dumps({**case, "truth": truth}) + "\n")
    print(f"{case['id']} {truth['peak']['total']:,} {truth['peak']['phase']} {truth['peak']['op']} {time.time() - started:.1f}s", flush=True)


def main():
    source, target = sys.argv[1:3]
    done = {json.loads(line)["id"] for line in open(target)} if os.path.exists(target) else set()
    for line in open(source):
        case = json.loads(line)
        if case["id"] in done:
            continue
        child = os.fork()
        if child == 0:
            record(case, target)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
