"""Records what the pickle module of Python writes, for the reader of pickles.

    python3 test/oracle/checkpoint/pickles.py | gzip -9n > test/fixtures/checkpoint/pickles.json.gz

Needs no torch: stand-ins of its modules let pickle write the calls that `torch._utils` and `torch.storage` make.
"""

import base64
import collections
import io
import json
import pickle
import sys
import types

VALUES = {
    "none": None,
    "true": True,
    "false": False,
    "bytes of an integer": [0, 255, 256, 65535, 65536, 2**31 - 1, -1, -(2**31)],
    "long integers": [2**31, -(2**31) - 1, 2**53 - 1, -(2**53) + 1, 2**53, 2**63 - 1, -(2**63), 2**200, -(2**255)],
    "floats": [0.5, -1e300],
    "texts": ["", "a", "é", "x" * 255, "y" * 300, "\U0001f600"],
    "bytes": [b"abc", b"z" * 300],
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "lists": [[], [1], [1, [2, [3]]]],
    "more items than one batch": list(range(1005)),
    "a dictionary": {"a": 1, "b": {"c": [2]}, "d": {}},
    "keys that are no texts": {1: "a", "b": 2, (3,): 4},
    "more entries than one batch": {f"k{index}": index for index in range(1003)},
    "a set": [{5}, frozenset([6])],
    "an ordered dictionary": collections.OrderedDict([("z", 1), ("a", 2)]),
    "one object twice": [["same"]] * 2,
    "a class": collections.OrderedDict,
    "300 objects, each used twice": [entry for index in range(300) for entry in [[index]] * 2],
}

# Before these protocols, pickle writes calls for them.
FIRST = {"bytes": 3, "a set": 4}


def shown(value):
    """The value as the reader has it: tuples and sets are lists, and large integers texts."""
    if value is None or isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, int):
        # Numbers of more than 32 bytes are not needed.
        return value if abs(value) < 2**53 else f"{value}n"
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, collections.OrderedDict):
        return {"call": "collections.OrderedDict", "entries": [[key, shown(each)] for key, each in value.items()]}
    if isinstance(value, dict):
        return {"entries": [[key, shown(each)] for key, each in value.items() if isinstance(key, str)]}
    if isinstance(value, frozenset) or isinstance(value, (list, tuple, set)):
        return [shown(each) for each in value]
    return {"global": f"{value.__module__}.{value.__qualname__}"}


def module(name, **members):
    made = types.ModuleType(name)
    for key, member in members.items():
        member.__module__ = name
        member.__qualname__ = member.__name__ = key
        setattr(made, key, member)
    sys.modules[name] = made
    return made


STORAGES = {
    **{"FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64"},
    **{"LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8"},
    **{"BoolStorage": "BOOL", "ComplexFloatStorage": "C64"},
}
FUNCTIONS = ["_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter", "_rebuild_parameter_with_state"]
torch = module("torch", **{name: type(name, (), {}) for name in [*STORAGES, "QInt8Storage"]})
cuda = module("torch.cuda", HalfStorage=type("HalfStorage", (), {}))
storage_module = module("torch.storage", UntypedStorage=type("UntypedStorage", (), {}))
utils = module("torch._utils", **{name: (lambda *args: None) for name in FUNCTIONS}, _rebuild_xla_tensor=lambda *args: None)
tensor_module = module("torch._tensor", _rebuild_from_type_v2=lambda *args: None)
subclass = module("torch.nn.parameter", Buffer=type("Buffer", (), {}))


class Dtype:
    """torch writes a dtype as a global: torch.uint16."""

    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return self.name


class Storage:
    def __init__(self, kind, key):
        self.kind, self.key = kind, key


class Call:
    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


class Pickler(pickle._Pickler):
    def persistent_id(self, value):
        return ("storage", value.kind, value.key, "cpu", 100) if isinstance(value, Storage) else None

    def save_global(self, obj, name=None):
        if isinstance(obj, Dtype):
            self.write(pickle.GLOBAL + b"torch\n" + obj.name.encode() + b"\n")
            self.memoize(obj)
            return
        super().save_global(obj, name)


def tensor(key, shape=(2, 3), kind=None, offset=0, function="_rebuild_tensor_v2"):
    hooks = (False, collections.OrderedDict())
    return Call(getattr(utils, function), Storage(kind or torch.FloatStorage, key), offset, shape, (3, 1), *hooks)


def v3(key, dtype):
    arguments = (Storage(storage_module.UntypedStorage, key), 0, (4,), (1,), False, collections.OrderedDict(), Dtype(dtype))
    return Call(utils._rebuild_tensor_v3, *arguments)


def parameter(inner, function="_rebuild_parameter"):
    return Call(getattr(utils, function), inner, True, collections.OrderedDict())


def of_type(inner):
    return Call(tensor_module._rebuild_from_type_v2, inner.function, subclass.Buffer, inner.args, {})


F32 = {"a": ["F32", [2, 3]]}
DTYPES = {"float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0", "uint16": "U16"}
DTYPES |= {"uint32": "U32", "uint64": "U64", "float32": "F32", "float16": "F16", "bfloat16": "BF16"}
nested = tensor("0")
for _ in range(4):
    nested = parameter(nested)
CHECKPOINTS = {
    "storages": (
        {name: tensor(str(index), kind=getattr(torch, name)) for index, name in enumerate(STORAGES)},
        {name: [dtype, [2, 3]] for name, dtype in STORAGES.items()},
    ),
    "dtypes": (
        {name: v3(str(index), name) for index, name in enumerate(DTYPES)},
        {name: [dtype, [4]] for name, dtype in DTYPES.items()},
    ),
    "a storage of CUDA": ({"a": tensor("0", kind=cuda.HalfStorage)}, {"a": ["F16", [2, 3]]}),
    "the first function": ({"a": tensor("0", function="_rebuild_tensor")}, F32),
    "parameters": (
        {"a": parameter(tensor("0")), "b": parameter(tensor("1"), "_rebuild_parameter_with_state"), "c": of_type(tensor("2"))},
        {name: ["F32", [2, 3]] for name in "abc"},
    ),
    "a subclass around a parameter": ({"a": parameter(of_type(tensor("0")))}, F32),
    "four levels": ({"a": nested}, F32),
    "five levels": ({"a": parameter(nested), "b": tensor("1")}, {"b": ["F32", [2, 3]]}),
    "one storage twice": ({"a": tensor("0"), "b": tensor("0")}, F32, ["b"]),
    "two parts of one storage": (
        {"a": tensor("0"), "b": tensor("0", offset=6), "c": tensor("0", shape=(6,))},
        {"a": ["F32", [2, 3]], "b": ["F32", [2, 3]], "c": ["F32", [6]]},
    ),
    "what is no tensor": (
        {"a": tensor("0"), "epoch": 3, "name": "x", "list": [tensor("1")], "other": Call(utils._rebuild_xla_tensor, Storage(torch.FloatStorage, "2"), 0, (2,))},
        F32,
    ),
    "quantised": ({"a": tensor("0", kind=torch.QInt8Storage), "b": tensor("1")}, {"b": ["F32", [2, 3]]}),
    "a scalar and nothing": ({"a": tensor("0", shape=()), "b": tensor("1", shape=(0, 4))}, {"a": ["F32", []], "b": ["F32", [0, 4]]}),
    "a size that is none": ({"a": tensor("0", shape=(-1, 2)), "b": tensor("1", shape=("2",)), "c": tensor("2", shape=(0.5,))}, {}),
    "a storage that is none": (
        {"a": Call(utils._rebuild_tensor_v2, "storage", 0, (2,)), "b": Call(utils._rebuild_tensor_v2, None, 0, (2,)), "c": Call(utils._rebuild_tensor_v2, [torch.FloatStorage] * 3, 0, (2,))},
        {},
    ),
    "an ordered dictionary": (collections.OrderedDict(a=tensor("0")), F32),
    "a list": ([tensor("0")], {}),
    **{
        f"under {name}": ({"epoch": 1, "optimizer": {"b": tensor("1")}, name: {"a": tensor("0")}}, F32)
        for name in ["state_dict", "model_state_dict", "model", "module"]
    },
    "at the top before what is below": ({"a": tensor("0"), "model": {"b": tensor("1")}}, F32),
    "under two names": ({"model": {"b": tensor("1")}, "state_dict": {"a": tensor("0")}}, F32),
    "under another name": ({"weights": {"a": tensor("0")}}, {}),
}


def written(value, protocol):
    file = io.BytesIO()
    Pickler(file, protocol).dump(value)
    return base64.b64encode(file.getvalue()).decode()


json.dump(
    {
        "python": sys.version.split()[0],
        "values": [
            {
                "name": name,
                "shown": shown(value),
                "pickles": {str(protocol): base64.b64encode(pickle.dumps(value, protocol)).decode() for protocol in range(FIRST.get(name, 2), 6)},
            }
            for name, value in VALUES.items()
        ],
        "checkpoints": [
            {"name": name, "tensors": tensors, "shared": shared[0] if shared else [], "pickles": {str(p): written(value, p) for p in (2, 4)}}
            for name, (value, tensors, *shared) in CHECKPOINTS.items()
        ],
    },
    sys.stdout,
)
