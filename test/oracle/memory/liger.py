"""oracle.py with Liger's kernels, without a GPU.

    LIGER_SOURCE=DIR python liger.py cases.jsonl out.jsonl
    LIGER_SOURCE=DIR python liger.py --trace case.json        prints each operation of the recorded step, with the live bytes after it

DIR holds `liger_kernel` of liger-kernel 0.8.5: its package needs no installation. Cases are as in oracle.py. `kernels: 'liger'` replaces what
`apply_liger_kernel_to_...` of the model type replaces by default, except the loss; `loss: 'fused-linear'` and `'fused'` replace that, where
Liger has them for the type. What Liger does not patch at all fails.

As in kernels.py, the package's own Python code runs, and its Triton kernels do nothing. Where its code asks whether a tensor is on a GPU, it is.
"""
import functools
import importlib.abc
import importlib.machinery
import inspect
import json
import os
import re
import sys

import torch

import kernels
import oracle


class OnGpu(importlib.machinery.SourceFileLoader):
    """Reads a module of Liger as if the CPU were a GPU."""

    def path_stats(self, path):
        raise OSError("no cached code")

    def source_to_code(self, data, path, **kwargs):
        source = re.sub(r'device\.type (==|!=) "cuda"', r'device.type \1 "cpu"', data.decode())
        source = re.sub(r"assert (\(target \* target_mask\)\.\w+\(\)) (<|>=)", r"assert \1 is not None or", source)  # fake tensors have no values
        return super().source_to_code(source, path, **kwargs)


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != "liger_kernel":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path or [os.environ["LIGER_SOURCE"]], target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = OnGpu(spec.loader.name, spec.loader.path)
        return spec


def arguments(function, options):
    """What of a model type is replaced: `kernels` and `loss` decide."""
    takes = inspect.signature(function).parameters
    loss, own = options.get("loss", "logits"), {"fused": "cross_entropy", "fused-linear": "fused_linear_cross_entropy"}
    if loss in own and own[loss] not in takes:
        raise ValueError(f"Liger has no {own[loss]} for this type")
    given = {name: loss == kind for kind, name in own.items() if name in takes}
    is_liger = options.get("kernels") == "liger"
    return {**given, **{name: is_liger and one.default for name, one in takes.items() if name not in given and name != "model"}}


def replaced(build):
    """The model with what Liger replaces in it, as `Trainer` of transformers has it replaced."""

    @functools.wraps(build)
    def built(config, options, fake=True):
        from liger_kernel.transformers.monkey_patch import MODEL_TYPE_TO_APPLY_LIGER_FN as types

        model = build(config, options, fake)
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        function = types[base.config.model_type]
        function(model=base, **arguments(function, options))
        if options.get("loss") == "fused-linear":
            # The gradient of a tied head is the first one of its parameter, and nothing else has it: the embedding's is added in place.
            oracle.Ledger.added_in_place = {tuple(base.get_output_embeddings().weight.shape)}
        return model

    return built


def restored(run):
    """A run after which modules of transformers and torch are as before."""

    @functools.wraps(run)
    def recorded(config, options, *rest, **kwargs):
        from transformers.loss import loss_utils

        kind = type(oracle.build(config, {**options, "method": "full"}))
        owners = [sys.modules[kind.__module__], kind, loss_utils.nn.functional]
        before = [(owner, dict(vars(owner))) for owner in owners]
        equal, item = torch.equal, torch.Tensor.item
        torch.equal, torch.Tensor.item = lambda *pair: True, lambda tensor: 1  # gradients of losses are 1; all tokens count
        oracle.build = replaced(BUILD)
        try:
            return run(config, options, *rest, **kwargs)
        finally:
            oracle.Ledger.added_in_place, oracle.build = set(), BUILD
            torch.equal, torch.Tensor.item = equal, item
            for owner, old in before:
                for name, value in list(vars(owner).items()):
                    if old.get(name) is not value and not name.startswith("__"):
                        setattr(owner, name, old[name]) if name in old else delattr(owner, name)

    return recorded


BUILD = oracle.build


def traced(path):
    case, trace = json.load(open(path)), []
    truth = oracle.run(case["config"], case["options"], trace=trace)
    for phase, name, total, shapes in trace:
        print(phase, name, total, *shapes)
    print(json.dumps(truth["peak"]))


def main():
    kernels.like_a_gpu()
    kernels.without_computing()
    sys.meta_path.insert(0, Finder())
    import transformers

    if transformers.__version__ < "5":  # which computes experts one by one
        import balanced  # noqa: F401: spreads tokens evenly

    oracle.run = restored(oracle.run)
    traced(sys.argv[2]) if sys.argv[1] == "--trace" else oracle.main()


if __name__ == "__main__":
    main()
