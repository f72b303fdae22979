"""Writes the names of all keys that job files may have, as the frameworks' own classes declare them.

    pip install --no-deps transformers==5.24.0 trl==1.16.0 llamafactory==0.9.5 axolotl==0.21.0
    python job_fields.py > ../fixtures/jobs/fields.json

The files are parsed, not run: the frameworks need not work. Fields that no file can set (`init=False`) and constants are left out.
"""
import ast
import importlib.util
import json
import pathlib
import re

# Sections of axolotl's configs, and classes that no file of a job has.
NOT_ON_TOP = re.compile(r"Dataset|Prompter|Type$|EBFT|Vllm|TRLConfig|FSDP|QAT|PTQ|Diffusion|FP8|LrGroup|Selective|Jagged|SelfCond|Dynamic|SpecialTokens|LoftQ|Cloud|Deprecated|Remapped|Capabilities|RoleBoundary|Export|PeftConfig")
# What `llamafactory-cli export` and its evaluation read, and TRL's mixtures of data sets, which are lists.
OTHERS = re.compile(r"^(Export|Dataset)")


def root(package):
    return pathlib.Path(next(iter(importlib.util.find_spec(package).submodule_search_locations)))


def is_set_by_files(node):
    """Whether a statement of a class is a field that the constructor takes."""
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)) or node.target.id.isupper():
        return False
    keywords = getattr(node.value, "keywords", [])
    return not any(k.arg == "init" and getattr(k.value, "value", None) is False for k in keywords)


def fields(path, left_out=None):
    found = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and not (left_out and left_out.search(node.name)):
            names = [n.target.id for n in node.body if is_set_by_files(n)]
            if names:
                found.setdefault(node.name, []).extend(names)
    return found


def of(package, pattern, left_out=None):
    return {k: v for path in sorted(root(package).glob(pattern)) for k, v in fields(path, left_out).items()}


if __name__ == "__main__":
    trainer = {"TrainingArguments": fields(root("transformers") / "training_args.py")["TrainingArguments"]}
    print(json.dumps({
        "axolotl": of("axolotl", "utils/schemas/**/*.py", NOT_ON_TOP),
        "llamafactory": {**trainer, **of("llamafactory", "hparams/*.py", OTHERS)},
        "trl": {**trainer, **of("trl", "trainer/*_config.py"), **of("trl", "scripts/utils.py", OTHERS)},
    }, indent=1))
