"""What the configuration classes of transformers accept: writes src/architecture/generated/config-types.ts.

    pip install torch transformers==5.24.0            # and, in another environment, transformers==4.57.6
    python config_types.py types TYPES... > types.json       # 5.24.0: the type of each field, from the strict dataclasses
    python config_types.py nulls TYPES... > nulls-5.jsonl    # in either: the models that can be built with a field that is null
    python config_types.py probes TYPES... > probes.jsonl     # 5.24.0: the same with a token beyond the vocabulary, and forms of rope
    python config_types.py emit types.json probes.jsonl nulls-5.jsonl nulls-4.jsonl > ../../../src/architecture/generated/config-types.ts

TYPES are the values of `model_type` that the library describes. In 5.24.0, a field's own validator is asked about a value of each
kind, so that the table says what the class does, not what an annotation means. A field that is nullable by its type, and one of
4.57.6, which has no types, is set to null in the class's default config, and the model is built on the meta device.
"""

import collections
import copy
import dataclasses
import inspect
import json
import re
import signal
import sys
import warnings

warnings.filterwarnings("ignore")

# Values of every kind that JSON has, by the letter of the kind in the table. The first that a validator accepts counts.
SCALARS = {"b": True, "s": "x", "o": {"a": 1}}
LISTS = {"l": [[True], {}], "F": [1.5, 2.5], "L": [1, 2], "S": ["a", "b"]}

# Classes whose default config builds no model, with what they need.
NEEDS = {
    "hunyuan_v1_dense": {"head_dim": 128},
    "hunyuan_v1_moe": {"head_dim": 128, "num_experts": 2, "moe_topk": 1},
    "ministral": {"head_dim": 128},
    "hunyuan_vl": {"text_config": {"head_dim": 128, "num_hidden_layers": 4}},
    "hunyuan_vl_text": {"head_dim": 128},
    "nemotron": {"num_key_value_heads": 8},
    "lfm2_moe": {"layer_types": ["conv", "full_attention", "conv", "conv"]},
    "esm": {"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32},
    "dots1": {"n_routed_experts": 8, "n_shared_experts": 1, "first_k_dense_replace": 1},
    "granitemoehybrid": {k: ["attention", "mamba", "mamba", "mamba"] for k in ("layer_types", "layers_block_type")},
}

# Classes whose code in 4.57.6 reads `rope_scaling` without asking whether there is one.
SCALED_IN_4 = {"qwen3_vl_text", "qwen3_vl_moe_text", "mllama_text_model"}

# Wholes whose language model ties its embeddings by its own config in both versions, or that never tie them.
TIED_INSIDE = {"blip-2", "mllama"}

# What a default config has less of, so that a model is built in a moment.
SMALL = {"num_hidden_layers": 4, "num_layers": 4, "n_layer": 4, "n_layers": 4, "encoder_layers": 2, "decoder_layers": 2, "depth": 3}
SMALL |= {"num_experts": 4, "num_local_experts": 4, "n_routed_experts": 16, "moe_num_experts": 4, "num_experts_per_tok": 2}
SMALL |= {"n_group": 1, "topk_group": 1, "moe_k": 2, "top_k": 2, "moe_topk": 2}


def accepted(validators, value):
    try:
        for validator in validators:
            validator(value)
        return True
    except Exception:
        return False


def kind_of(field, validators):
    """The letters of what a field accepts; None if it accepts anything."""
    takes = lambda value: accepted(validators, value)
    literals = literals_of(field.type)
    if literals:
        return ("n" if takes(None) else "") + "=" + ",".join(literals)
    letters = "".join(letter for letter, value in SCALARS.items() if takes(value))
    letters += "f" if takes(1.5) else "i" if takes(3) else "u" if takes(0.5) else ""
    letters += next((letter for letter, value in LISTS.items() if takes(value)), "")
    letters += "n" if takes(None) else ""
    return None if set("bsofln") <= set(letters) or not letters.strip("n") else letters


def literals_of(annotation):
    import typing

    members = [annotation, *typing.get_args(annotation)]
    found = [a for m in members if typing.get_origin(m) is typing.Literal for a in typing.get_args(m)]
    return found if found and all(isinstance(a, str) for a in found) else []


def types(model_types):
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    found, todo = {}, [CONFIG_MAPPING[t] for t in model_types if t in CONFIG_MAPPING]
    names = {}
    describe = lambda c: {f.name: [kind_of(f, c.__validators__[f.name]), f.default is None] for f in dataclasses.fields(c)}
    while todo:
        c = todo.pop(0)
        if c in names:
            continue
        names[c] = c.model_type or c.__name__
        parts = {}
        for key, sub in (getattr(c, "sub_configs_defaults", None) or {}).items():
            auto = not issubclass(sub.config_class, transformers.PretrainedConfig)
            part = CONFIG_MAPPING[sub.model_type] if auto else sub.config_class
            todo.append(part)
            flat = key == "text_config" and refuses(c, max_position_embeddings="x")
            parts[key] = ["*" if auto else "?" if flat else "", part.model_type or part.__name__]
        for key, part in (c.sub_configs or {}).items():
            if key not in parts and isinstance(part, type) and part.__name__ != "AutoConfig" and "Fold" not in part.__name__:
                todo.append(part)
                parts[key] = ["", part.model_type or part.__name__]
        heads = {"hidden_size": 128, "head_dim": 16}
        equal = refuses(c, **heads, num_attention_heads=7, num_key_value_heads=7) and not refuses(
            c, **heads, num_attention_heads=8, num_key_value_heads=8
        )
        found[names[c]] = {"equal": equal, "ties": ties_of(c), "class": c.__name__, "fields": describe(c), "defaults": defaults_of(c), "parts": parts, "map": c.attribute_map}
    print(json.dumps(found))


def defaults_of(c):
    return {f.name: f.default for f in dataclasses.fields(c) if f.name == "pad_token_id"}


def ties_of(c):
    """Whether the whole ties its embeddings where it does not say so itself: by default, or as its language model does."""
    if "text_config" not in (getattr(c, "sub_configs_defaults", None) or {}):
        return None
    try:
        # A class without the field ties nothing.
        tied = [getattr(c(text_config={"tie_word_embeddings": text}), "tie_word_embeddings", False) for text in (True, False)]
    except Exception:
        return None
    return {(True, True): "tied", (False, False): "untied"}.get(tuple(tied))


def refuses(config_class, **fields):
    try:
        config_class(**fields)
        return False
    except Exception:
        return True


def main_class(model_type):
    import transformers
    from transformers.models.auto import modeling_auto as auto

    for mapping in ("IMAGE_TEXT_TO_TEXT", "CAUSAL_LM", None):
        names = getattr(auto, f"MODEL_FOR_{mapping}_MAPPING_NAMES" if mapping else "MODEL_MAPPING_NAMES")
        name = names.get(model_type)
        name = name[0] if isinstance(name, (tuple, list)) else name
        if name and hasattr(transformers, name):
            return name


def build(config, name):
    """The error of a model that cannot be built; None if it can."""
    import torch
    import transformers

    signal.alarm(20)
    try:
        c = transformers.AutoConfig.for_model(**copy.deepcopy(config))
        with torch.device("meta"):
            getattr(transformers, name)._from_config(c)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:160]}"
    finally:
        signal.alarm(0)


def nulls(model_types):
    strict = is_strict()
    known = set(dir(transformers_config())) | {"kwargs", "self", "torch_dtype", "pruned_heads"}

    def fields_of(c):
        computed = [name for name in c().__dict__ if name not in known and not name.startswith("_")]
        if not strict:
            return list(dict.fromkeys([*(n for n in inspect.signature(c.__init__).parameters if n not in known), *computed]))
        fields = [f.name for f in dataclasses.fields(c) if f.name not in known]
        return [n for n in fields if accepted(c.__validators__[n], None)] + [n for n in computed if n not in fields]

    build_each(model_types, lambda c: {field: {field: None} for field in fields_of(c)})


# Values that are built in 5.24.0, by the name of the row: a token beyond any vocabulary, and the forms of rotary embeddings.
ROPE = {"rope_type": "default", "rope_theta": 10000.0}
ROPES = {
    "!rope none": {},
    "!rope one": ROPE,
    "!rope full": {"full_attention": ROPE},
    "!rope sliding": {"sliding_attention": ROPE},
    "!rope both": {"full_attention": ROPE, "sliding_attention": ROPE},
}


def probes(model_types):
    def changes(c):
        names = {f.name for f in dataclasses.fields(c)}
        padding = {"!pad": {"pad_token_id": 10**9}} if {"pad_token_id", "vocab_size"} <= names else {}
        return padding | {row: {"rope_parameters": value} for row, value in ROPES.items() if "rope_parameters" in names}

    build_each(model_types, changes)


def transformers_config():
    import transformers

    return transformers.PretrainedConfig()


def is_strict():
    import transformers

    return int(transformers.__version__.split(".")[0]) >= 5


def build_each(model_types, changes_of):
    """Builds the default model of each type with each change of its config, or of a part of it, and prints the errors."""
    import torch
    import transformers
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
    small = lambda d: {k: v for k, v in SMALL.items() if isinstance(d.get(k), int) and d[k] > v}
    for model_type in model_types:
        name = main_class(model_type)
        if model_type not in CONFIG_MAPPING or not name:
            continue
        default = CONFIG_MAPPING[model_type]()
        base = {"model_type": model_type, **small(default.to_dict()), **NEEDS.get(model_type, {})}
        parts = {}
        for key, sub in default.to_dict().items():
            part = getattr(default, key, None) if isinstance(sub, dict) else None
            if isinstance(part, transformers.PretrainedConfig):
                base[key] = {"model_type": part.model_type, **small(sub)}
                if not (part.model_type in CONFIG_MAPPING and main_class(part.model_type) and part.model_type in model_types):
                    parts[key] = type(part)
        base |= {key: value for key, value in NEEDS.get(model_type, {}).items() if isinstance(value, dict)}
        if build(base, name):
            base = {"model_type": model_type}
        error = build(base, name)
        if error:
            print(model_type, error, file=sys.stderr)
            continue
        for key, c in [(None, type(default)), *parts.items()]:
            for field, change in changes_of(c).items():
                config = copy.deepcopy(base)
                (config if key is None else config.setdefault(key, {})).update(copy.deepcopy(change))
                row = {"class": c.__name__, "field": field, "error": build(config, name)}
                print(json.dumps(row), flush=True)


HEAD = '''// Generated by test/oracle/checkpoint/config_types.py from transformers 5.24.0 and 4.57.6. Do not edit.

/** Fields of several classes: a name, and what it accepts (`config-types.ts` has the letters). No letters: an integer. */
export const SHARED_FIELDS = '%s'

/**
 * The classes, one a line: name, the numbers of shared fields (a letter or two each), fields of its own, and its parts
 * (`>field=class`; `*` if the part's `model_type` counts, `?` if its fields may stand beside the others).
 */
export const CLASSES = `%s`
'''
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%&()+,-./:;<@[]^_{|}~"
SINGLE = 72


def number(i):
    if i < SINGLE:
        return ALPHABET[i]
    pair = i - SINGLE
    return ALPHABET[SINGLE + pair // len(ALPHABET)] + ALPHABET[pair % len(ALPHABET)]


# Other names whose value does not change the modules.
NO_SIZES = re.compile("token|eps|init|layerdrop|mtp|activation|bias|norm_topk|feature_layer")

def emit(types_file, probes_file, *null_files):
    described = json.load(open(types_file))
    refused = collections.defaultdict(set)
    for row in map(json.loads, open(probes_file)):
        if row["error"] and "Timeout" not in row["error"]:
            refused[row["class"]].add(row["field"])
    fails = []
    for file in null_files:
        rows = [json.loads(line) for line in open(file)]
        fails.append({(r["class"], r["field"]): bool(r["error"]) and "Timeout" not in r["error"] for r in rows})
    five, four = fails
    classes = {}
    for name, c in described.items():
        owner, fields = c["class"], {}
        for field, (kind, is_default) in c["fields"].items():
            if kind is None:
                continue
            if "n" in kind.split("=")[0] and "o" not in kind:
                in5, in4 = five.get((owner, field)), four.get((owner, field))
                status = "x" if in5 and in4 is not False else "y" if in5 else "z" if in4 else "n"
                kind = kind.replace("n", status, 1) + ("?" if status in "xy" and is_default else "")
            fields[field] = kind
        # Fields that the class computes, and reads again from a saved config.
        for field in {f for other, f in [*five, *four] if other == owner and f not in c["fields"] and f not in c["map"]}:
            in5, in4 = five.get((owner, field)), four.get((owner, field))
            if (in5 or in4) and not field.endswith("_config"):
                fields[field] = "ax" if in5 and in4 is not False else "ay" if in5 else "az"
        if c["equal"]:
            fields["!"] = "an"
        if c["ties"] and name not in TIED_INSIDE:
            fields["!" + c["ties"]] = "an"
        for alias, field in (c["map"] or {}).items():
            if isinstance(field, str) and field in c["fields"] and not NO_SIZES.search(alias):
                fields["@" + alias] = field
        found = refused[owner]
        if "!pad" in found:
            default = c["defaults"].get("pad_token_id")
            fields["!pad"] = "an" if default is None else str(default)
        # The kinds of layers by whose rope a class fails: where it is there, or where it is missing.
        full, sliding = "!rope full" in found, "!rope sliding" in found
        if "!rope one" in found:
            fields["!ropes"] = "f" * sliding + "s" * full or "-"
        elif "!rope both" in found:
            fields["!rope"] = "f" * full + "s" * sliding
        if name in SCALED_IN_4:
            fields["rope_scaling"] = "az?"
        classes[name] = fields
    counts = collections.Counter(pair for fields in classes.values() for pair in fields.items())
    shared = [pair for pair, count in counts.most_common() if count > 2]
    places = {pair: i for i, pair in enumerate(shared)}
    text = lambda pair: pair[0] if pair[1] == "i" else f"{pair[0]}:{pair[1]}"
    lines = []
    for name, fields in sorted(classes.items()):
        numbers = "".join(number(i) for i in sorted(places[p] for p in fields.items() if p in places))
        own = [text(p) for p in fields.items() if p not in places]
        parts = [f">{key}={mark}{part}" for key, (mark, part) in described[name]["parts"].items()]
        lines.append(" ".join([name, numbers, *own, *parts]))
    print(HEAD % (" ".join(map(text, shared)), "\n".join(lines)), end="")


if __name__ == "__main__":
    {"types": lambda *a: types(a), "nulls": lambda *a: nulls(a), "probes": lambda *a: probes(a), "emit": emit}[sys.argv[1]](*sys.argv[2:])
