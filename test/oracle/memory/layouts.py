"""Ground truth for model parallelism: the memory of one rank of tensor, context and pipeline parallelism, on one CPU.

    python layouts.py cases.jsonl out.jsonl        appends a record for every case whose id out.jsonl lacks

Cases as in oracle.py (methods full, lora and inference, and what trains a part of the weights in finetuning.py), with options.layout as in `estimateMemory` ({"tensor", "pipeline", "context",
"sequenceParallel"}) and options.sharding ({"strategy": "fsdp2", "ranks"}). A fake process group of so many ranks stands around the model:
collectives do nothing, but all tensors are made.

tensor      the model's own plan: of transformers 5.24 (`apply_tensor_parallelism` of `distributed/tensor_parallel.py`, with PEFT's adapters on it), or
            with transformers 4.57 what `from_pretrained(tp_plan="auto")` does (`integrations/tensor_parallel.py`). With sequenceParallel, the
            plan of nemo-automodel 0.7.0 (`_parallelize_llama` of `components/distributed/optimized_tp_plans.py`), by torch's `parallelize_module`:
            between blocks each rank has its share of each sequence, and the loss is computed on shares of the vocabulary; with lossLogits
            "float32-gathered", by `MaskedCrossEntropy` of nemo-automodel. With options.finetuningType of a method that learns from preferences, its
            step (preferred_layouts.py). A config that names a class which labels texts has the labels of inputs.py.
context     torch's `context_parallel`, as accelerate 1.15 calls it: ring attention on shares of each sequence.
quantization    adapters on packed weights as in qlora.py, in a stage of a pipeline.
pipeline    one stage (options.stage, 0 by default) of torch's `Schedule1F1B`, with options.gradientAccumulation micro-batches. A loss of
            `head_losses.py` (options.loss) computes the head of the hidden states that the last stage returns, as torchtitan's does.
expert      experts on options.layout.expert of the ranks of sharding, as transformers 5.24 does it (`AllToAllEP` of `distributed/expert_parallel.py`,
            `apply_fully_sharded_data_parallelism` of its `fsdp.py`), with as many tokens for each rank.
sharding    FSDP2 around every decoder layer and the root, over the ranks beside those of the layout, with `parameterDtype`, `reduceDtype`,
            `reshardAfterForward` and `syncEachBatch`, and options.gradientAccumulation micro-batches; or DDP around the model or stage, beside context and pipeline parallelism.

The Ledger of oracle.py counts storages; of a distributed tensor its local one. The second step is recorded.

A record is the case and "truth": {"peak": {"total", parts, "phase", "op"}, "static": {"parameters"}, "afterForward"} in bytes, of rank 0.
"""
import json
import os
import sys
import time
import warnings
from contextlib import contextmanager, nullcontext

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
warnings.filterwarnings("ignore")
import torch
import torch.distributed as dist
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor
from torch.testing._internal.distributed.fake_pg import FakeStore

import head_losses
import losses
import oracle
import preferred_layouts
from data_parallel import NONZERO, KeptBuckets, ResizedLedger, counting_resizes, decoder_layers, dtype_of, has_policy, reduced, without_values
import transformers

if transformers.__version__ < "5":  # which computes experts one by one
    import balanced  # noqa: F401: spreads tokens evenly
from finetuning import freeze
from inputs import inputs_of
from oracle import booked_caches, build, like_cuda, materialize, optimizer_of
from whole import build as build_class

DIMENSIONS = ("pipeline", "data", "context", "tp")  # PEFT looks for "tp"


class LocalLedger(ResizedLedger):
    """Does not count the tensors that DTensor makes to learn the shape of a result."""

    learns = False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if self.learns:
            return func(*args, **(kwargs or {}))
        if func is torch.ops._c10d_functional.wait_tensor.default:  # a fake one makes another tensor
            return args[0].detach()
        return super().__torch_dispatch__(func, types, args, kwargs)


def local(tensor):
    return getattr(tensor, "_local_tensor", tensor)


@contextmanager
def as_on_a_gpu(ledger):
    """Shapes of results are learned without counting, and waiting for a collective makes no new tensor."""
    from torch.distributed.tensor._sharding_prop import ShardingPropagator

    learn, concatenate = ShardingPropagator._propagate_tensor_meta_non_cached, DeviceMesh._concatenate

    @contextmanager
    def uncounted():
        ledger.learns = True
        try:
            yield
        finally:
            ledger.learns = False

    def learned(self, schema):
        with uncounted():
            return learn(self, schema)

    def joined(meshes):
        balanced, torch.Tensor.nonzero = torch.Tensor.nonzero, NONZERO
        try:
            with uncounted(), unset_fake_temporarily():
                return concatenate(meshes)
        finally:
            torch.Tensor.nonzero = balanced

    ShardingPropagator._propagate_tensor_meta_non_cached, DeviceMesh._concatenate = learned, staticmethod(joined)
    try:
        yield
    finally:
        ShardingPropagator._propagate_tensor_meta_non_cached, DeviceMesh._concatenate = learn, staticmethod(concatenate)


def own_plan(model, mesh, size):
    """The plan that comes with the model."""
    try:
        from transformers.distributed import DistributedConfig
        from transformers.distributed.tensor_parallel import apply_tensor_parallelism
    except ImportError:
        return plan_of_4(model, mesh, size)
    config = DistributedConfig(tp_size=size)
    model.config.distributed_config, model._device_mesh, model._tp_size = config, mesh, size
    head, table = model.get_output_embeddings(), model.get_input_embeddings()
    is_tied = head is not None and head.weight is table.weight
    if is_tied:  # from_pretrained ties them after it has divided them
        head.weight = torch.nn.Parameter(torch.empty_like(table.weight))
    tensor_plan, _, _ = model._resolve_parallel_plans(config)
    divided = apply_tensor_parallelism(model, mesh, tensor_plan)
    if is_tied:
        head.weight = table.weight
    return divided


def plan_of_4(model, mesh, size):
    from transformers.integrations.tensor_parallel import distribute_model, shard_and_distribute_module

    model = distribute_model(model, None, mesh, size)
    for name, p in list(model.named_parameters()):
        p.get_dtype = lambda p=p: {torch.bfloat16: "BF16", torch.float32: "F32"}[p.dtype]  # as slices of a file have it
        shard_and_distribute_module(model, p, p, name, p.dtype, False, 0, mesh)
    return model


def sequence_plan(model, mesh, size):
    """Shares of sequences between blocks, and of the vocabulary in the loss."""
    from torch.distributed.tensor import Replicate, Shard
    from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, SequenceParallel, parallelize_module

    class Gathered(SequenceParallel):
        """`SequenceParallelAllGatherActivation` of nemo-automodel: the norm's output is gathered once for all products."""

        @staticmethod
        def _prepare_output_fn(use_local_output, mod, outputs, device_mesh):
            if isinstance(outputs, DTensor) and any(isinstance(p, Shard) for p in outputs.placements):
                outputs = outputs.redistribute(placements=[Replicate()])
            return SequenceParallel._prepare_output_fn(use_local_output, mod, outputs, device_mesh)

    plan = {
        "model.embed_tokens": RowwiseParallel(input_layouts=Replicate(), output_layouts=Shard(1), use_local_output=False),
        "model.norm": SequenceParallel(),
        "model.layers.*.input_layernorm": Gathered(use_local_output=False),
        "model.layers.*.self_attn.q_proj": ColwiseParallel(),
        "model.layers.*.self_attn.k_proj": ColwiseParallel(),
        "model.layers.*.self_attn.v_proj": ColwiseParallel(),
        "model.layers.*.self_attn.o_proj": RowwiseParallel(output_layouts=Shard(1), use_local_output=False),
        "model.layers.*.post_attention_layernorm": Gathered(use_local_output=False),
        "model.layers.*.mlp.gate_proj": ColwiseParallel(),
        "model.layers.*.mlp.up_proj": ColwiseParallel(),
        "model.layers.*.mlp.down_proj": RowwiseParallel(output_layouts=Shard(1), use_local_output=False),
        "lm_head": ColwiseParallel(input_layouts=Shard(1), output_layouts=Shard(-1), use_local_output=False),
    }
    head, table = model.get_output_embeddings(), model.get_input_embeddings()
    is_tied = head.weight is table.weight
    if any(hasattr(module, "lora_A") for module in model.modules()):
        from nemo_automodel.components.distributed.parallel_styles import translate_to_lora

        plan = {name: translate_to_lora(style) for name, style in plan.items()}
    names = {name for name, p in model.named_parameters() if p.requires_grad}
    model = parallelize_module(model, mesh, plan)
    for name, p in model.named_parameters():  # `_apply_trainability_policy` of nemo-automodel: torch trains the norms of sequences
        p.requires_grad_(name in names)
    if is_tied:  # `ensure_tied_lm_head` of nemo-automodel
        head.weight = table.weight
    return model


def with_adapters_of_nemo(model, options):
    """The adapters of nemo-automodel 0.7.0 (`components/_peft/lora.py`), which are there before the model is divided."""
    import triton

    triton.autotune = lambda *_, **__: lambda kernel: kernel  # which fails without a GPU
    from nemo_automodel.components._peft.lora import PeftConfig, apply_lora_to_linear_modules

    lora = options["lora"]
    targets = lora.get("targetModules", "all-linear")
    how = PeftConfig(target_modules=["*_proj"] if targets == "all-linear" else [f"*.{name}" for name in targets], dim=lora["rank"], lora_dtype=getattr(torch, options.get("adapterDtype", "bfloat16")))
    with torch.device("meta"):
        apply_lora_to_linear_modules(model, how)
    return model


def materialize_local(model):
    """As `materialize`, for the local parts of distributed tensors too."""
    memo = {}
    for module in model.modules():
        for name, p in module._parameters.items():
            if not isinstance(p, DTensor) or p._local_tensor.device.type != "meta":
                continue
            if id(p) not in memo:
                made = torch.empty(p._local_tensor.shape, dtype=p.dtype, device="cpu")
                whole = DTensor.from_local(made, p.device_mesh, p.placements, run_check=False, shape=p.shape, stride=p.stride())
                memo[id(p)] = torch.nn.Parameter(whole, requires_grad=p.requires_grad)
            module._parameters[name] = memo[id(p)]
    materialize(model)


def is_labelling(config):
    """Whether the config names a class that labels texts."""
    return config.get("architectures", [""])[0].endswith(("ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"))


def built(config, options, mesh):
    """The model of this rank on 'meta'. PEFT adds its adapters to a model that is already divided."""
    layout = options.get("layout", {})
    tensor = layout.get("tensor", 1)
    build, task = (build_class, {}) if is_labelling(config) else (oracle.build, {"task_type": "CAUSAL_LM"})
    if options.get("quantization"):
        import qlora  # which replaces functions of bitsandbytes

        return qlora.adapted(config, options)
    if tensor == 1:
        model = build(config, options)
        freeze(model, options.get("finetuningType"), options)
        return model
    base = build(config, {**options, "method": "full" if options["method"] == "lora" else options["method"], "recompute": "none", "gradientCheckpointing": False, "inputGradients": False})
    divide = sequence_plan if layout.get("sequenceParallel") else own_plan
    if layout.get("sequenceParallel") and options["method"] == "lora":
        base = with_adapters_of_nemo(base, options)
    with torch.device("meta"):
        base = divide(base, mesh["tp"], tensor)
        if options["method"] != "lora" or layout.get("sequenceParallel"):
            freeze(base, options.get("finetuningType"), options)
            oracle.checkpoint(base, options)
            return base
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(base, LoraConfig(**oracle.lora_arguments(options["lora"]), **task))
        for module in model.modules():
            weight = getattr(module, "weight", None)
            if isinstance(weight, DTensor) and isinstance(module, torch.nn.Linear):
                # PEFT 0.21.2 leaves the size of the rank's part in it, at which transformers 5.24.0 stops; 5.17.0 does not read it.
                module.in_features = weight.shape[1]
        dtype = getattr(torch, options.get("adapterDtype", "float32"))
        for name, p in model.named_parameters():
            if "lora_" in name and p.dtype != dtype:
                p.data = p.data.to(dtype)
        oracle.checkpoint(model, options)
        if options.get("inputGradients"):
            model.enable_input_require_grads()
    return model


def groups_of(parameters):
    """Distributed and other tensors are in groups of their own, as in the Trainer of transformers 5.24."""
    kinds = {}
    for p in parameters:
        kinds.setdefault(p.device_mesh if isinstance(p, DTensor) else None, []).append(p)
    return [{"params": group} for group in kinds.values()]


def dispatch_experts(model, options):
    """Experts on ranks of their own. Returns them and the mesh of the ranks that share each part of them."""
    from transformers.distributed import DistributedConfig
    from transformers.distributed.expert_parallel import apply_expert_parallelism

    ranks, expert = options["sharding"]["ranks"], options["layout"]["expert"]
    mesh = init_device_mesh("cpu", (ranks // expert, expert, 1), mesh_dim_names=("efsdp", "ep", "tp"))
    model.config.distributed_config = DistributedConfig(fsdp_size=ranks, ep_size=expert)
    _, plan, _ = model._resolve_parallel_plans(model.config.distributed_config)
    with torch.device("meta"):
        apply_expert_parallelism(model, mesh["ep"], mesh["tp"], plan)
    rows = preferred_layouts.rows_of(options) * options["sequenceLength"] * model.config.num_experts_per_tok
    listed = FakeTensor.tolist
    FakeTensor.tolist = lambda counts: [[rows // expert] * expert] * 2 if tuple(counts.shape) == (2, expert) else listed(counts)
    return [module for name, module in model.named_modules() if plan.get(name) == "ep_dispatch_experts"], mesh["efsdp"]


def sharded(model, options, mesh, experts=(), layers=True):
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    sharding = options.get("sharding", {})
    if sharding.get("ranks", 1) == 1:
        return model
    if sharding["strategy"] == "ddp":
        wrapped = torch.nn.parallel.DistributedDataParallel(model, process_group=mesh["data"].get_group(), init_sync=False)
        wrapped.register_comm_hook(None, reduced)
        wrapped.reducer = KeptBuckets(wrapped.reducer)
        return wrapped
    param = torch.bfloat16 if has_policy(options) else None
    how = {
        "mesh": mesh["data"],
        "mp_policy": MixedPrecisionPolicy(param_dtype=param, reduce_dtype=dtype_of(sharding.get("reduceDtype"))),
        # torchtitan 0.3.0 gathers once for all micro-batches of a pipeline (`get_fsdp_reshard_after_forward_policy`).
        "reshard_after_forward": sharding.get("reshardAfterForward", False if options.get("layout", {}).get("pipeline", 1) > 1 else None),
    }
    if experts:
        for module in experts[0]:
            fully_shard(module, **{**how, "mesh": experts[1], "reshard_after_forward": True})
            module.set_gradient_divide_factor(float(sharding["ranks"]))
            if experts[1].size() > 1:
                module.set_force_sum_reduction_for_comms(True)
    for layer in decoder_layers(model) if layers else ():
        fully_shard(layer, **how)
    fully_shard(model, **how)
    return model


@contextmanager
def in_a_ring(mesh):
    """Ring attention, as within torch's `context_parallel`."""
    from torch.distributed.tensor.experimental._context_parallel import _attention as ring

    ring._enable_context_parallel_dispatcher_impl(seq_dim=2, mesh=mesh)
    try:
        yield
    finally:
        ring._disable_context_parallel_dispatcher_impl()


def head_loss(model, options):
    """A loss that computes the head too, of the tokens; absent for others."""
    kind = options.get("loss")
    if kind not in head_losses.WITH_HEAD:
        return None
    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    computed = head_losses.loss_with_head(kind, causal.get_output_embeddings(), causal.config)

    # Within the forward pass, so that FSDP gathers the parameters of the root.
    causal.forward = lambda ids: computed(causal.base_model(input_ids=ids, use_cache=False).last_hidden_state, ids, ids.numel())
    return causal


def train(model, ids, options, ledger, reference=None, labels=None):
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = optimizer_of(groups_of(trained), {"optimizerStep": "for-loop", **options})
    on_gpu = options.get("optimizerStep") == "fused"
    for p in trained:
        p.register_post_accumulate_grad_hook(lambda p: p.grad is not None and ledger.book(p.grad, "gradients", True))
    truth = {}
    loss_parallel, masked = nullcontext, None
    if options.get("lossLogits") == "float32-gathered":
        from nemo_automodel.components.loss.masked_ce import MaskedCrossEntropy

        masked = MaskedCrossEntropy()
    elif options.get("layout", {}).get("sequenceParallel"):
        from torch.distributed.tensor.parallel import loss_parallel

    of_preferences = preferred_layouts.caller(model, reference, options) if preferred_layouts.is_preferred(options) else None
    generates = options.get("finetuningType") == "grpo"
    of_hidden = None if of_preferences else head_loss(model, options)
    is_mixed = options["method"] == "full-mixed" and not of_preferences

    def loss_of():
        if of_preferences:
            return of_preferences(ids)
        if of_hidden:
            return of_hidden(ids)
        if labels is not None:
            return model(input_ids=ids, **labels, use_cache=False).loss
        if masked is None:
            return model(input_ids=ids, labels=ids, use_cache=False).loss
        out = model(input_ids=ids, use_cache=False)
        return masked(logits=out.logits, labels=ids, num_label_tokens=ids.numel())

    def micro_batch():
        ledger.phase = "forward"
        with loss_parallel():
            with torch.autocast("cpu", dtype=torch.bfloat16) if is_mixed else nullcontext():
                loss = loss_of()
            after = dict(ledger.now)
            ledger.phase = "backward"
            loss.backward()
        return after

    def step():
        ledger.phase = "step"
        optimizer.step()
        for state in optimizer.state.values():
            for name, value in state.items():
                if not torch.is_tensor(value):
                    continue
                if name != "step":
                    ledger.book(value, "optimizerStates", True)
                elif on_gpu:
                    ledger.book(value, "buffers", True)
                else:
                    ledger.leave_out(value)

    def micro_batches():
        count = options.get("gradientAccumulation", 1)
        if generates:
            ledger.phase = "forward"
            preferred_layouts.rollout(model, reference, options, ledger)
        for index in range(count):
            if options.get("sharding", {}).get("syncEachBatch") is False:
                model.set_requires_gradient_sync(index == count - 1)
            after = micro_batch()
        return after

    micro_batches()
    step()
    optimizer.zero_grad(set_to_none=True)
    if ledger.trace is not None:
        ledger.trace.clear()
    ledger.reset()
    truth["afterForward"] = micro_batches()
    step()
    truth["peak"], ledger.trace = ledger.peak(), None
    return truth


class Stage(torch.nn.Module):
    """Consecutive layers of a model, with the embeddings in front of the first ones, and norm and head behind the last."""

    def __init__(self, model, index, count, has_loss=False):
        super().__init__()
        model = model.get_base_model() if hasattr(model, "get_base_model") else model
        base = getattr(model, model.base_model_prefix)
        share, more = divmod(len(base.layers), count)
        start = index * share + min(index, more)
        base.layers = base.layers[start : start + share + (index < more)]
        base.config.num_hidden_layers = len(base.layers)
        for i, layer in enumerate(base.layers):
            layer.self_attn.layer_idx = i
        self.is_first, self.is_last = index == 0, index == count - 1
        if not self.is_first:
            base.embed_tokens = None
        self.is_labelling = hasattr(model, "score")
        if not self.is_last:
            base.norm = torch.nn.Identity()
            setattr(model, "score" if self.is_labelling else "lm_head", None)
        self.model = model
        self.returns_logits = self.is_last and not has_loss

    def forward(self, given):
        named = {"input_ids": given} if self.is_first else {"inputs_embeds": given}
        if self.returns_logits:
            return self.model(**named, use_cache=False).logits
        return getattr(self.model, self.model.base_model_prefix)(**named, use_cache=False).last_hidden_state


def loss_of_stage(module, options):
    """What the schedule computes of what the last stage returns and the tokens."""
    kind, model = options.get("loss", "logits"), module.model
    if module.is_labelling:
        return lambda logits, labels: model.loss_function(logits=logits, labels=labels, pooled_logits=logits, config=model.config)
    if kind not in head_losses.WITH_HEAD:
        return lambda logits, labels: model.loss_function(logits, labels, vocab_size=logits.shape[-1])
    if not module.is_last:
        return lambda *_: None
    head = model.get_output_embeddings()
    computed = head_losses.loss_with_head(kind, head, model.config)
    return lambda hidden, ids: computed(hidden, ids, ids.numel())


def train_stage(module, ids, options, ledger, mesh, labels=None):
    """Two steps of all micro-batches, with torch's schedule and stage. torchtitan 0.3.0 does not ask for outputs either."""
    from torch.distributed.pipelining import PipelineStage, Schedule1F1B

    module.train()
    own = module.module if isinstance(module, torch.nn.parallel.DistributedDataParallel) else module
    trained = [p for p in module.parameters() if p.requires_grad]
    optimizer = optimizer_of(groups_of(trained), {"optimizerStep": "for-loop", **options})
    on_gpu = options.get("optimizerStep") == "fused"
    for p in trained:
        p.register_post_accumulate_grad_hook(lambda p: p.grad is not None and ledger.book(p.grad, "gradients", True))
    count, index, batches = options["layout"]["pipeline"], options["stage"], max(options.get("gradientAccumulation", 1), options["layout"]["pipeline"])
    like = {"device": "meta", "requires_grad": True}
    # Under autocast, the residual stream of float32 weights is in float32, and logits are not. FSDP2 gathers them in bfloat16.
    is_mixed = options["method"] == "full-mixed"
    is_prepared = options.get("prepareForKbitTraining", False)
    is_whole = options.get("sharding", {}).get("ranks", 1) == 1 or options["sharding"]["strategy"] == "ddp"
    is_wide = is_prepared or is_mixed and is_whole
    hidden = torch.empty(*ids.shape, own.model.config.hidden_size, dtype=torch.float32 if is_wide else torch.bfloat16, **like)
    is_mixed = is_mixed or options.get("autocast", False)
    logits = torch.empty(*ids.shape, own.model.config.vocab_size, dtype=torch.float32 if is_prepared and not is_mixed else torch.bfloat16, **like)
    if labels is not None:
        shape = (*labels["labels"].shape, own.model.config.num_labels)
        logits = torch.empty(shape, dtype=logits.dtype, **like)
    given = ids if own.is_first else hidden
    made = logits if own.returns_logits else hidden
    loss_of = loss_of_stage(own, options)
    stage = PipelineStage(module, index, count, torch.device("cpu"), input_args=(given,), output_args=(made,), group=mesh["pipeline"].get_group())
    stage._output_slot_is_releasable = lambda output: (not stage.is_last, "")  # a fake tensor is no plain one
    schedule = Schedule1F1B(stage, batches, loss_fn=loss_of)
    for name, phase in (("forward_one_chunk", "forward"), ("backward_one_chunk", "backward")):

        def in_phase(*rest, called=getattr(stage, name), phase=phase, **named):
            ledger.phase = phase
            return called(*rest, **named)

        setattr(stage, name, in_phase)

    whole = ids.repeat(batches, 1)
    ledger.book(whole, "buffers", True)
    ledger.leave_out(ids)
    labelled = whole
    if labels is not None and labels["labels"] is not ids:
        labelled = labels["labels"].repeat(batches, *[1] * (labels["labels"].dim() - 1))
        ledger.book(labelled, "buffers", True)
        ledger.leave_out(labels["labels"])

    def run():
        arguments = (whole,) if own.is_first else ()
        target = {"target": labelled} if own.is_last else {}
        with torch.autocast("cpu", dtype=torch.bfloat16) if is_mixed else nullcontext():
            schedule.step(*arguments, **target, return_outputs=False)

    def step():
        ledger.phase = "step"
        optimizer.step()
        for state in optimizer.state.values():
            for name, value in state.items():
                if not torch.is_tensor(value):
                    continue
                if name != "step":
                    ledger.book(value, "optimizerStates", True)
                elif on_gpu:
                    ledger.book(value, "buffers", True)
                else:
                    ledger.leave_out(value)
        optimizer.zero_grad(set_to_none=True)

    run()
    step()
    if ledger.trace is not None:
        ledger.trace.clear()
    ledger.reset()
    run()
    step()
    truth, ledger.trace = {"peak": ledger.peak()}, None
    return truth


def prefill(model, ids, ledger):
    with booked_caches(ledger), torch.no_grad():
        ledger.phase = "forward"
        ledger.reset()
        model(input_ids=ids, use_cache=True, logits_to_keep=1)
    return {"peak": ledger.peak()}


def run(config, options, trace=None):
    options = {"method": "full", **preferred_layouts.as_method(options)}
    layout = {name: options.get("layout", {}).get(name, 1) for name in ("pipeline", "context", "tensor")}
    sizes = {**layout, "tp": layout["tensor"], "data": options.get("sharding", {}).get("ranks", 1)}
    all_ranks = init_device_mesh("cpu", tuple(sizes[name] for name in DIMENSIONS), mesh_dim_names=DIMENSIONS)
    mesh = {name: all_ranks[name] for name in DIMENSIONS}  # before any tensor is counted: a mesh has some of its own
    head_losses.ready("log-probs" if preferred_layouts.is_preferred(options) else options.get("loss"))
    oracle.Ledger.added_in_place = set()
    ledger = LocalLedger(losses.SCRATCH if preferred_layouts.is_preferred(options) else oracle.SCRATCH)
    ledger.trace = trace
    wide = {"dtype": "float32"} if options.get("sharding", {}).get("parameterDtype") == "float32" else {}
    model = built(config, {**options, **wide}, mesh)
    reference = built(config, preferred_layouts.of_reference({**options, **wide}), mesh) if preferred_layouts.holds_reference(options) else None
    dispatched = [dispatch_experts(one, options) if one is not None and options.get("layout", {}).get("expert", 1) > 1 else () for one in (model, reference)]
    experts, others = dispatched  # transformers shards what it dispatches when it loads a model, a reference too
    if layout["pipeline"] > 1:
        model = Stage(model, options["stage"], layout["pipeline"], options.get("loss") in head_losses.WITH_HEAD)
    with FakeTensorMode(allow_non_fake_inputs=True), like_cuda(options.get("attention")), without_values(), as_on_a_gpu(ledger), counting_resizes(ledger), ledger:
        materialize_local(model)
        if options.get("quantization"):
            import qlora

            qlora.add_states(model, options["quantization"], ledger)
        if preferred_layouts.is_preferred(options):
            preferred_layouts.prepared(model, options)
        model = sharded(model, options, mesh, experts)
        for p in model.parameters():
            ledger.book(p, "parameters", True)
        for b in model.buffers():
            ledger.book(b, "buffers", True)
        p = b = None
        if reference is not None:
            how = options if others else preferred_layouts.sharding_of_reference(options)
            layers = bool(others) or not preferred_layouts.is_fused(options)
            reference = preferred_layouts.booked(reference, options, ledger, materialize_local, lambda one: sharded(one, how, mesh, others, layers))
        ids = torch.zeros(preferred_layouts.rows_of(options), options["sequenceLength"] // layout["context"], dtype=torch.long)
        ledger.book(ids, "buffers", True)
        labels = inputs_of(model.model if layout["pipeline"] > 1 else model, config, {**options, "sequenceLength": ids.shape[1]})[1] if is_labelling(config) else None
        for name, t in {} if labels is None else labels.items():
            labels[name] = ids if t.shape == ids.shape else t  # labels of each token are the tokens
            ledger.book(labels[name], "buffers", True)
        t = None
        parameters = ledger.now["parameters"]
        if layout["pipeline"] > 1:
            truth = train_stage(model, ids, options, ledger, mesh, labels)
        elif options["method"] == "inference":
            truth = prefill(model.eval(), ids, ledger)
        else:
            with in_a_ring(mesh["context"]) if layout["context"] > 1 else nullcontext():
                truth = train(model, ids, options, ledger, reference, labels)
    truth["static"] = {"parameters": parameters}
    return truth


def world_of(options):
    ranks = options.get("sharding", {}).get("ranks", 1)
    for name in ("tensor", "pipeline", "context"):
        ranks *= options.get("layout", {}).get(name, 1)
    return ranks


def record(case, target, trace=None):
    """One case, in a process of its own: process groups are kept."""
    started = time.time()
    world = world_of(case["options"])
    rank = world // case["options"].get("layout", {}).get("pipeline", 1) * case["options"].get("stage", 0)
    dist.init_process_group("fake", rank=rank, world_size=world, store=FakeStore())
    try:
        truth = run(case["config"], case["options"], trace)
    except Exception as error:
        print("FAILED", case["id"], type(error).__name__, str(error)[:300], flush=True)
        if os.environ.get("ORACLE_RAISE"):
            raise
        return
    if target is None:
        return
    with open(target, "a") as out:
        out.write(json.dumps({**case, "truth": truth}) + "\n")
    print(f"{case['id']} {truth['peak']['total']:,} {truth['peak']['phase']} {truth['peak']['op']} {time.time() - started:.1f}s", flush=True)


def main():
    if sys.argv[1] == "--trace":
        trace = []
        record(json.load(open(sys.argv[2])), None, trace)
        before = 0
        for phase, name, total, made in trace:
            if total != before or "all_" in name or "reduce_scatter" in name:
                print(phase, name, total, made)
            before = total
        return
    source, target = sys.argv[1:3]
    done = {json.loads(line)["id"] for line in open(target)} if os.path.exists(target) else set()
    cases = [json.loads(line) for line in open(source)]
    for case in cases[:1]:
        build(case["config"], {"method": "full"})  # imports once what each process needs
    for case in cases:
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
