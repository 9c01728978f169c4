"""Local binary patterns of the test pattern by scikit-image, as PyRadiomics 3.1 getLBP2DImage calls it: python3 skimage-lbp.py > skimage-lbp.json"""
import json

import numpy as np
import skimage
from skimage.feature import local_binary_pattern

size = (13, 11, 5)
i, j, k = np.meshgrid(*[np.arange(n) for n in size], indexing="ij")
values = ((7 * i + 13 * j + 29 * k + i * j) % 101).astype(np.int16).transpose(2, 1, 0)
cases = {}
for axis in (0, 1, 2):
    for method in ("default", "ror", "uniform"):
        for radius, samples in ((1, 8), (2, 12), (1.5, 7)) if axis == 0 else ((1.5, 7),):
            planes = values.swapaxes(0, axis).copy()
            for n in range(planes.shape[0]):
                planes[n] = local_binary_pattern(planes[n], P=samples, R=radius, method=method)
            cases[f"{axis} {method} {radius} {samples}"] = planes.swapaxes(0, axis).ravel().tolist()
print(json.dumps({"tool": f"scikit-image {skimage.__version__}", "size": size, "cases": cases}, separators=(",", ":")))
