"""What is alive at the peak of a step on a GPU, from the history of torch's allocator.

    history = Live()          before the first allocation
    history.start()           where the step starts
    history.at_peak()         [[bytes, count, "innermost frames"], ...], the largest first
"""
import os

import torch

MOST_EVENTS, MOST_FRAMES, MOST_PLACES = 2_000_000, 7, 60
UNTOLD = ("python_variable", "_ops.py", "_wrap_fx", "_call_impl", "_wrapped_call_impl")


class Live:
    def __init__(self):
        torch.cuda.memory._record_memory_history(enabled="all", context="all", stacks="python", max_entries=MOST_EVENTS)
        self.first = 0

    def events(self):
        return torch.cuda.memory._snapshot()["device_traces"][torch.cuda.current_device()]

    def start(self):
        self.first = len(self.events())

    def at_peak(self):
        events = self.events()
        total, highest, last = 0, 0, 0
        for i, (change, _) in enumerate(map(changed, events)):
            total += change
            if i >= self.first and total > highest:
                highest, last = total, i
        live = {}
        for event in events[: last + 1]:
            if event["action"] == "alloc":
                live[event["addr"]] = event
            elif event["action"] == "free_requested":
                live.pop(event["addr"], None)
        places = {}
        for event in live.values():
            place = places.setdefault(place_of(event), [0, 0])
            place[0] += event["size"]
            place[1] += 1
        rows = sorted(([size, count, name] for name, (size, count) in places.items()), reverse=True)
        return {"total": highest, "live": rows[:MOST_PLACES]}


def changed(event):
    action = event["action"]
    return (event["size"] if action == "alloc" else -event["size"] if action == "free_requested" else 0), event


def place_of(event):
    frames = [f for f in event.get("frames", []) if f["name"] not in UNTOLD and "module.py" not in f["filename"]]
    return " < ".join(f"{os.path.basename(f['filename'])}:{f['line']} {f['name']}" for f in frames[:MOST_FRAMES]) or "C++"
