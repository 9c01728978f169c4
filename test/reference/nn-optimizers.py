"""Ten steps of PyTorch's optimisers on a small quadratic. Run: /usr/bin/python3 test/reference/nn-optimizers.py > test/reference/nn-optimizers.json"""
import json
import torch


def run(make):
    w = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    optimizer = make([w])
    for _ in range(10):
        w.grad = w.detach() * torch.tensor([1.0, 2.0, 3.0])
        optimizer.step()
    return w.tolist()


cases = {
    "adamW": run(lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.05)),
    "sgd": run(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05)),
    "nesterov": run(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05, nesterov=True)),
}
source = {"tool": "PyTorch (Debian python3-torch)", "version": torch.__version__, "command": "/usr/bin/python3 test/reference/nn-optimizers.py", "date": "2026-11-24"}
print(json.dumps({"source": source, "cases": cases}, indent=2))
