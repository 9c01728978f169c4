"""
Writes self-test.json of a ResNet-50 backbone folder: features of the self-test image by PyTorch in double precision, from the weights as
they are stored there. Usage: python3 scripts/backbone/resnet50_reference.py FOLDER
"""
import datetime
import json
import pathlib
import sys

import numpy as np
import torch
from torch.nn import functional as F

folder = pathlib.Path(sys.argv[1])
description = json.loads((folder / "backbone.json").read_text())


def stored():
    data = (folder / description["weights"]).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    types = {"F32": "<f4", "F16": "<f2", "U8": "u1"}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def decoded(tensors):
    weights = {}
    for name, values in tensors.items():
        if name.endswith((".scale", ".minimum")):
            continue
        if values.dtype == np.uint8:
            scale, minimum = (tensors[f"{name}.{part}"].astype(np.float64) for part in ("scale", "minimum"))
            axes = (-1,) + (1,) * (values.ndim - 1) if scale.ndim else ()
            values = values * scale.reshape(axes) + minimum.reshape(axes)
        weights[name] = torch.from_numpy(np.array(values, dtype=np.float64))
    return weights


weights = decoded(stored())


def conv(x, name, stride=1, padding=0):
    return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=stride, padding=padding)


def features(x):
    x = F.max_pool2d(F.relu(conv(x, "conv1", 2, 3)), 3, 2, 1)
    for layer, blocks in enumerate((3, 4, 6, 3), 1):
        for block in range(blocks):
            name = f"layer{layer}.{block}"
            stride = 2 if block == 0 and layer > 1 else 1
            y = F.relu(conv(F.relu(conv(x, f"{name}.conv1")), f"{name}.conv2", stride, 1))
            shortcut = conv(x, f"{name}.downsample", stride) if f"{name}.downsample.weight" in weights else x
            x = F.relu(conv(y, f"{name}.conv3") + shortcut)
    return x.mean((2, 3))[0]


size = description["input"]
x, y = np.meshgrid(np.arange(size["width"]), np.arange(size["height"]))
image = np.stack([((x + 2 * y) * (c + 1)) % 256 / 255 for c in range(3)])
# The engine is shown 32-bit floats.
image = (size["low"] + (size["high"] - size["low"]) * image).astype(np.float32).astype(np.float64)
with torch.inference_mode():
    found = features(torch.from_numpy(image)[None]).numpy()
stride = 16
report = {
    "source": {
        "tool": "PyTorch, double precision",
        "version": torch.__version__,
        "command": "python3 scripts/backbone/resnet50_reference.py FOLDER",
        "date": datetime.date.today().isoformat(),
    },
    "recipe": "((x + 2 y) (c + 1) mod 256) / 255",
    "stride": stride,
    "features": [float(f"{value:.9g}") for value in found[::stride]],
}
(folder / "self-test.json").write_text(json.dumps(report, indent=1) + "\n")
