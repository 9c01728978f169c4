"""
Features of the shipped Inception-v3 in double precision, for the image of its self-test: which side of a difference in float32 is off.
Writes test/reference/inception-v3-float64.json. Debian: python3-torch, python3-numpy. From the root:
python3 test/reference/inception-v3-float64.py
"""
import datetime
import importlib.util
import json
import pathlib

import numpy as np
import torch

root = pathlib.Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("peer", root / "bench/nn-peer.py")
peer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peer)


def stored(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    types = {"F32": "<f4", "U8": "u1"}
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def names():
    """The convolutions in the order in which src/nn/models/inception-v3.ts and bench/nn-peer.py build them."""
    yield from ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
    square = ("1x1", "5x5_1", "5x5_2", "3x3dbl_1", "3x3dbl_2", "3x3dbl_3", "_pool")
    factorized = ("1x1", "7x7_1", "7x7_2", "7x7_3", "7x7dbl_1", "7x7dbl_2", "7x7dbl_3", "7x7dbl_4", "7x7dbl_5", "_pool")
    expanded = ("1x1", "3x3_1", "3x3_2a", "3x3_2b", "3x3dbl_1", "3x3dbl_2", "3x3dbl_3a", "3x3dbl_3b", "_pool")
    blocks = {
        "5b": square, "5c": square, "5d": square, "6a": ("3x3", "3x3dbl_1", "3x3dbl_2", "3x3dbl_3"),
        "6b": factorized, "6c": factorized, "6d": factorized, "6e": factorized,
        "7a": ("3x3_1", "3x3_2", "7x7x3_1", "7x7x3_2", "7x7x3_3", "7x7x3_4"), "7b": expanded, "7c": expanded,
    }
    for block, parts in blocks.items():
        yield from (f"Mixed_{block}.branch{part}" for part in parts)


tensors = stored(root / "models/backbones/inception-v3/weights.safetensors")
network = peer.inception_v3().double().eval()
convolutions = [module for module in network.modules() if isinstance(module, torch.nn.Conv2d)]
order = list(names())
assert len(convolutions) == len(order), (len(convolutions), len(order))
with torch.no_grad():
    for module, name in zip(convolutions, order):
        codes = tensors[f"{name}.weight"]
        # The program decodes in double precision and rounds once to float32; the same numbers here.
        scale, minimum = (tensors[f"{name}.weight.{part}"].astype(np.float64)[:, None, None, None] for part in ("scale", "minimum"))
        weight = (codes * scale + minimum).astype(np.float32)
        assert module.weight.shape == weight.shape, name
        module.weight.copy_(torch.from_numpy(weight))
        module.bias.copy_(torch.from_numpy(tensors[f"{name}.bias"].copy()))

y, x = np.mgrid[0:299, 0:299]
image = np.stack([((x + 2 * y) * (c + 1)) % 256 / 255 for c in range(3)]).astype(np.float32)
with torch.no_grad():
    double = network(torch.from_numpy(image.astype(np.float64))[None])[0, :, 0, 0].numpy()
    single = network.float()(torch.from_numpy(image)[None])[0, :, 0, 0].numpy()
tfjs = np.array(json.loads((root / "test/reference/inception-v3-tfjs.json").read_text())["cases"]["mixed10"])


def against(found):
    error = np.abs(found - double)
    return {"worst": float(error.max() / double.max()), "rms": float(np.sqrt(np.mean(error**2)) / double.max())}


report = {
    "source": {
        "tool": "PyTorch, double precision, weights of models/backbones/inception-v3",
        "version": torch.__version__,
        "command": "python3 test/reference/inception-v3-float64.py",
        "date": datetime.date.today().isoformat(),
    },
    "distanceFromDouble": {"tfjs": against(tfjs), "torchFloat32": against(single)},
    "features": [float(f"{value:.12g}") for value in double],
}
(root / "test/reference/inception-v3-float64.json").write_text(json.dumps(report, indent=1) + "\n")
print(report["distanceFromDouble"])
