"""Which side is off where our optimisers and scikit-learn's defaults differ by 1e-5?

The penalised objective's gradient at scikit-learn's solutions is evaluated with 50 decimal digits, and the same problems are solved again by
scikit-learn with its stopping rule tightened. The data are simulated here (the recipe of the statistics oracle: n = 200, 63 events, ties).

Run: /usr/bin/python3 test/reference/statistics-optimisers.py > test/reference/statistics-optimisers.json
"""
import functools
import json
import warnings
from decimal import Decimal, getcontext

import numpy as np
import scipy
import scipy.optimize
import sklearn
import sklearn.calibration
from sklearn.calibration import _SigmoidCalibration
from sklearn.linear_model import LogisticRegression

warnings.simplefilter("ignore")
getcontext().prec = 50

r = np.random.Generator(np.random.PCG64(20240501))
n = 200
x = r.normal(size=(n, 5))
x[:, 3] = 0.7 * x[:, 0] + 0.5 * r.normal(size=n)
x = np.round(x, 4)
y = (r.random(n) < 1 / (1 + np.exp(-(-1.0 + 1.1 * x[:, 0] - 0.6 * x[:, 1] + 0.3 * x[:, 2])))).astype(int)
score = np.round(1 / (1 + np.exp(-(-0.8 + 0.9 * x[:, 0] - 0.5 * x[:, 1] + 0.5 * r.normal(size=n)))), 2)
score = np.clip(score, 0.01, 0.99)


def exact_gradient(columns, targets, weights, l2, beta):
    """Largest |d/d beta| of sum w * logloss + l2 / 2 * |coefficients|^2, in 50 digits; the intercept is first and free."""
    b = [Decimal(float(v)) for v in beta]
    gradient = [Decimal(0)] * len(b)
    for i in range(n):
        row = [Decimal(1)] + [Decimal(float(v)) for v in columns[i]]
        eta = sum(u * v for u, v in zip(row, b))
        residual = Decimal(float(weights[i])) * (1 / (1 + (-eta).exp()) - Decimal(float(targets[i])))
        gradient = [g + residual * v for g, v in zip(gradient, row)]
    gradient = [g + (Decimal(l2) * v if j > 0 else 0) for j, (g, v) in enumerate(zip(gradient, b))]
    return float(max(abs(g) for g in gradient))


ones = np.ones(n)
balanced = np.where(y == 1, n / 2 / y.sum(), n / 2 / (n - y.sum()))
smoothed = np.where(y == 1, (y.sum() + 1) / (y.sum() + 2), 1 / (n - y.sum() + 2))


def entry(default, tight, columns, targets, weights, l2):
    return {
        "default": {"solution": list(map(float, default)), "gradient": exact_gradient(columns, targets, weights, l2, default)},
        "tight": {"solution": list(map(float, tight)), "gradient": exact_gradient(columns, targets, weights, l2, tight)},
    }


def regression(class_weight, c, **options):
    fit = LogisticRegression(C=c, class_weight=class_weight, max_iter=100000, tol=1e-12, **options).fit(x, y)
    return [fit.intercept_[0], *fit.coef_[0]]


def platt(z, gtol=None):
    original = sklearn.calibration.fmin_bfgs
    if gtol is not None:
        sklearn.calibration.fmin_bfgs = functools.partial(scipy.optimize.fmin_bfgs, gtol=gtol)
    fit = _SigmoidCalibration().fit(z, y)
    sklearn.calibration.fmin_bfgs = original
    return [-fit.b_, -fit.a_]


cases = {
    "l2_C1_balanced": entry(regression("balanced", 1), regression("balanced", 1, solver="newton-cholesky"), x, y, balanced, 1),
}
for c in (0.1, 1, 10):
    cases[f"l2_C{c}"] = entry(regression(None, c), regression(None, c, solver="newton-cholesky"), x, y, ones, 1 / c)
for name, z in (("score", score), ("logit", np.log(score / (1 - score)))):
    cases[f"platt_A_on_{name}"] = entry(platt(z), platt(z, 1e-10), z[:, None], smoothed, ones, 0)

source = {
    "tool": "scikit-learn (Debian python3-sklearn)",
    "version": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "command": "/usr/bin/python3 test/reference/statistics-optimisers.py",
    "default": "lbfgs with tol 1e-12 (its ftol stays at scipy's 2.2e-9); Platt by fmin_bfgs with gtol 1e-5",
    "tight": "newton-cholesky with tol 1e-12; Platt by fmin_bfgs with gtol 1e-10",
    "gradient": "largest absolute element of the summed objective's gradient at the solution, 50 digits (decimal)",
}
inputs = {"y": y.tolist(), "scoreA": score.tolist(), **{f"x{j + 1}": x[:, j].tolist() for j in range(5)}}
print(json.dumps({"source": source, "cases": cases, "input": inputs}, indent=None).replace('"cases": ', '\n"cases": ').replace('"input": ', '\n"input": '))
