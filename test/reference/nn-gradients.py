"""
Gradients of whole networks in PyTorch, in double precision. Weights and images follow a formula, so that nothing but results is kept.
Run: /usr/bin/python3 test/reference/nn-gradients.py > test/reference/nn-gradients.json
"""
import importlib.util
import json
import math
import pathlib
import sys

import torch

sys.argv = sys.argv[:1]
path = pathlib.Path(__file__).parents[2] / "bench" / "nn-peer.py"
spec = importlib.util.spec_from_file_location("peer", path)
peer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peer)


def pattern(shape, number, scale):
    """Ten hashed bits of the element's index, ((bits - 511.5) / 512) times the scale: exact in float32 for powers of two."""
    low32 = 0xFFFFFFFF
    x = (69069 * (torch.arange(math.prod(shape), dtype=torch.int64) + 7919 * number) + 12345) & low32
    x = x ^ (x >> 15)
    x = (x * 1664525 + 1013904223) & low32
    x = x ^ (x >> 13)
    return ((((x >> 8) & 1023) - 511.5) / 512 * scale).double().reshape(shape)


def power_of_two(value):
    return 2.0 ** math.floor(math.log2(value))


def start(shape, number, is_gain):
    if is_gain:
        return 1 + pattern(shape, number, 0.25)
    if len(shape) == 1:
        return pattern(shape, number, 0.125)
    return pattern(shape, number, power_of_two(2 / math.sqrt(math.prod(shape[1:]))))


def summary(gradient):
    """Length, and up to 16 values spread over the whole."""
    flat = gradient.flatten()
    step = max(1, flat.numel() // 16)
    return {"norm": float(flat.norm()), "step": step, "values": flat[::step][:16].tolist()}


def our_name(name):
    part, rest = name.split(".", 1)
    layers = {"0": "conv1", "1": "norm1", "3": "conv2", "4": "norm2"}
    if part in ("encoder", "decoder"):
        level, layer, kind = rest.split(".")
        return f"{part}.{level}.{layers[layer]}.{kind}"
    if part == "bottleneck":
        layer, kind = rest.split(".")
        return f"bottleneck.{layers[layer]}.{kind}"
    return name


def unet_case():
    model = peer.UNet(1, 4, 2).double()
    named = sorted((our_name(name), value) for name, value in model.named_parameters())
    with torch.no_grad():
        for number, (name, value) in enumerate(named):
            value.copy_(start(value.shape, number, "norm" in name and name.endswith("weight")))
    image = pattern((2, 1, 16, 16), 900, 1.0)
    target = (pattern((2, 1, 16, 16), 901, 1.0) > 0.4).double()
    loss = peer.bce_and_dice(model(image), target)
    loss.backward()
    return {"loss": loss.item(), "gradients": {name: summary(value.grad) for name, value in named}}


def inception_case():
    blocks = torch.nn.Sequential(peer.mixed_expanded(1280), peer.mixed_expanded(2048), torch.nn.AdaptiveAvgPool2d(1)).double()
    values = list(blocks.parameters())
    with torch.no_grad():
        for number, value in enumerate(values):
            value.copy_(start(value.shape, number, False))
    image = pattern((1, 1280, 4, 4), 900, 1.0).requires_grad_()
    loss = (blocks(image).flatten(1) * pattern((1, 2048), 902, 1.0)).sum()
    loss.backward()
    return {"loss": loss.item(), "gradients": [summary(value.grad) for value in [*values, image]]}


source = {
    "tool": "PyTorch (Debian python3-torch), float64",
    "version": torch.__version__,
    "command": "/usr/bin/python3 test/reference/nn-gradients.py",
    "date": "2026-11-24",
}
print(json.dumps({"source": source, "unet": unet_case(), "inceptionLastTwoBlocks": inception_case()}, indent=1))
