"""
The networks of bench/nn.ts in PyTorch, for a comparison in one run. Reads one request per line on stdin, writes one JSON line per answer:
  load NAME           builds the network with random weights
  run NAME            one timed run; answers {"ms": ..., "cpuMs": ...}
Run by bench/nn.ts with /usr/bin/python3 (Debian: python3-torch).
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
torch.manual_seed(1)


def block(inputs, filters):
    def unit(c):
        return [nn.Conv2d(c, filters, 3, padding=1, bias=False), nn.InstanceNorm2d(filters, affine=True), nn.ReLU(inplace=True)]
    return nn.Sequential(*unit(inputs), *unit(filters))


class UNet(nn.Module):
    def __init__(self, channels, base, depth):
        super().__init__()
        sizes = [base * 2**k for k in range(depth + 1)]
        self.encoder = nn.ModuleList(block(a, b) for a, b in zip([channels, *sizes[:-2]], sizes[:-1]))
        self.bottleneck = block(sizes[-2], sizes[-1])
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(sizes[:-1], sizes[1:]))
        self.decoder = nn.ModuleList(block(2 * a, a) for a in sizes[:-1])
        self.head = nn.Conv2d(base, 1, 1)

    def forward(self, x):
        skips = []
        for stage in self.encoder:
            x = stage(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottleneck(x)
        for level in reversed(range(len(skips))):
            x = self.decoder[level](torch.cat([self.up[level](x), skips[level]], 1))
        return self.head(x)


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1)
        self.conv3 = nn.Conv2d(width, 4 * width, 1)
        self.downsample = nn.Conv2d(inputs, 4 * width, 1, stride=stride) if stride > 1 or inputs != 4 * width else nn.Identity()

    def forward(self, x):
        y = F.relu(self.conv2(F.relu(self.conv1(x))), inplace=True)
        return F.relu(self.conv3(y) + self.downsample(x), inplace=True)


def resnet50():
    layers = [nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for i, count in enumerate([3, 4, 6, 3]):
        for k in range(count):
            layers.append(Bottleneck(inputs, 64 * 2**i, 2 if k == 0 and i > 0 else 1))
            inputs = 256 * 2**i
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1))


class Unit(nn.Module):
    def __init__(self, inputs, filters, kernel, stride=1, padding=None):
        super().__init__()
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        same = tuple((k - 1) // 2 for k in kernel) if stride == 1 else (0, 0)
        self.conv = nn.Conv2d(inputs, filters, kernel, stride=stride, padding=same if padding is None else padding)

    def forward(self, x):
        return F.relu(self.conv(x), inplace=True)


class Branches(nn.Module):
    """Chains side by side, joined along the channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def pooled(inputs, filters):
    return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), Unit(inputs, filters, 1))


def mixed_square(c, pool):
    return Branches(
        Unit(c, 64, 1),
        nn.Sequential(Unit(c, 48, 1), Unit(48, 64, 5)),
        nn.Sequential(Unit(c, 64, 1), Unit(64, 96, 3), Unit(96, 96, 3)),
        pooled(c, pool),
    )


def mixed_factorized(w):
    return Branches(
        Unit(768, 192, 1),
        nn.Sequential(Unit(768, w, 1), Unit(w, w, (1, 7)), Unit(w, 192, (7, 1))),
        nn.Sequential(Unit(768, w, 1), Unit(w, w, (7, 1)), Unit(w, w, (1, 7)), Unit(w, w, (7, 1)), Unit(w, 192, (1, 7))),
        pooled(768, 192),
    )


def mixed_expanded(c):
    return Branches(
        Unit(c, 320, 1),
        nn.Sequential(Unit(c, 384, 1), Branches(Unit(384, 384, (1, 3)), Unit(384, 384, (3, 1)))),
        nn.Sequential(Unit(c, 448, 1), Unit(448, 384, 3), Branches(Unit(384, 384, (1, 3)), Unit(384, 384, (3, 1)))),
        pooled(c, 192),
    )


def inception_v3():
    """The parameters come in the order of Keras, as in src/nn/models/inception-v3.ts."""
    return nn.Sequential(
        Unit(3, 32, 3, 2), Unit(32, 32, 3, padding=0), Unit(32, 64, 3), nn.MaxPool2d(3, 2),
        Unit(64, 80, 1), Unit(80, 192, 3, padding=0), nn.MaxPool2d(3, 2),
        mixed_square(192, 32), mixed_square(256, 64), mixed_square(288, 64),
        Branches(Unit(288, 384, 3, 2), nn.Sequential(Unit(288, 64, 1), Unit(64, 96, 3), Unit(96, 96, 3, 2)), nn.MaxPool2d(3, 2)),
        mixed_factorized(128), mixed_factorized(160), mixed_factorized(160), mixed_factorized(192),
        Branches(
            nn.Sequential(Unit(768, 192, 1), Unit(192, 320, 3, 2)),
            nn.Sequential(Unit(768, 192, 1), Unit(192, 192, (1, 7)), Unit(192, 192, (7, 1)), Unit(192, 192, 3, 2)),
            nn.MaxPool2d(3, 2),
        ),
        mixed_expanded(1280), mixed_expanded(2048), nn.AdaptiveAvgPool2d(1),
    )


def bce_and_dice(logits, target):
    probability = torch.sigmoid(logits)
    hit = (probability * target).sum()
    dice = 1 - (2 * hit + 2) / (probability.sum() + target.sum() + 2)
    return F.binary_cross_entropy_with_logits(logits, target) + dice


def inference(model, shape):
    model.eval()
    x = torch.randn(shape)

    def run():
        with torch.inference_mode():
            model(x)
    return run


def training(model, batch, size):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    x = torch.randn(batch, 1, size, size)
    target = (torch.rand(batch, 1, size, size) < 0.1).float()

    def run():
        optimizer.zero_grad()
        bce_and_dice(model(x), target).backward()
        optimizer.step()
    return run


makers = {
    "resnet50-224": lambda: inference(resnet50(), (1, 3, 224, 224)),
    "inception-v3-299": lambda: inference(inception_v3(), (1, 3, 299, 299)),
    "unet32-256": lambda: inference(UNet(1, 32, 4), (1, 1, 256, 256)),
    "unet16-train-4x128": lambda: training(UNet(1, 16, 4), 4, 128),
}


def main():
    runs = {}
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        verb, name = line.split()
        if verb == "load":
            runs[name] = makers[name]()
            print(json.dumps({"loaded": name}), flush=True)
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            runs[name]()
            print(json.dumps({"ms": 1e3 * (time.perf_counter() - wall), "cpuMs": 1e3 * (time.process_time() - cpu)}), flush=True)


if __name__ == "__main__":
    main()
