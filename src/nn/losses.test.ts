import { expect, it } from "vitest";
import { checkOperation, type Twin, twinOf } from "../../test/support/operation-check.ts";
import type { Value } from "./graph/graph.ts";
import {
  bceAndDice,
  bceWithLogits,
  cosineDistance,
  crossEntropy,
  focalLoss,
  meanSquaredError,
  softDice,
  tverskyLoss,
} from "./losses.ts";

const shape = [2, 3, 4];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const one = (value: number): Twin => twinOf([1], () => value);
const elements = (a: Twin, b: Twin, loss: (x: number, t: number) => number): number[] =>
  [...a.data].map((x, k) => loss(x, b.data[k] as number));
const mean = (values: number[], weight?: Twin): number => {
  if (!weight) return values.reduce((s, v) => s + v, 0) / values.length;
  const total = weight.data.reduce((s, v) => s + v, 0) + 1e-6;
  return values.reduce((s, v, k) => s + v * (weight.data[k] as number), 0) / total;
};
const bce = (x: number, t: number): number => -t * Math.log(sigmoid(x)) - (1 - t) * Math.log(1 - sigmoid(x));

/** Per channel over the batch: 1 - (hit + 1) / (hit + a extra + b missed + 1), averaged. */
function tversky(p: Twin, t: Twin, a: number, b: number, weight?: Twin): number {
  const channels = [0, 1, 2].map((c) => {
    let [hit, extra, missed] = [0, 0, 0];
    for (const [k, probability] of p.data.entries()) {
      if (Math.floor(k / 4) % 3 !== c) continue;
      const w = weight ? (weight.data[k] as number) : 1;
      const target = t.data[k] as number;
      hit += w * probability * target;
      extra += w * probability * (1 - target);
      missed += w * (1 - probability) * target;
    }
    return 1 - (hit + 1) / (hit + a * extra + b * missed + 1);
  });
  return mean(channels);
}

/** Dice of each sample by itself: two samples of three channels of four elements. */
function diceBySample(p: Twin, t: Twin): number {
  const parts = [0, 1, 2, 3, 4, 5].map((part) => {
    const [a, b] = [p, t].map(({ data }) => [...data.slice(4 * part, 4 * part + 4)]);
    const hit = a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
    const both = a.reduce((sum, value) => sum + value, 0) + b.reduce((sum, value) => sum + value, 0);
    return 1 - (hit + 1) / (both / 2 + 1);
  });
  return mean(parts);
}

/** Input 0: logits; 1: targets of zeros and ones; 2: weights, a third of them zero. */
const logits = (i: number, random: { normal(): number; uniform(): number }): number => {
  if (i === 0) return 2 * random.normal();
  return i === 1 ? Math.round(random.uniform()) : Math.max(0, random.uniform() - 0.33);
};
const probabilities = (i: number, random: { normal(): number; uniform(): number }): number =>
  i === 0 ? random.uniform() : logits(i, random);

const cases: [
  string,
  typeof logits,
  (x: Value, t: Value, w?: Value) => Value,
  (x: Twin, t: Twin, w?: Twin) => number,
][] = [
  ["cross-entropy of logits", logits, bceWithLogits, (x, t, w) => mean(elements(x, t, bce), w)],
  [
    "focal",
    logits,
    (x, t, weight) => focalLoss(x, t, { gamma: 1.5, alpha: 0.3, ...(weight && { weight }) }),
    (x, t, w) =>
      mean(
        elements(x, t, (z, y) => {
          const p = y === 1 ? sigmoid(z) : 1 - sigmoid(z);
          return -(y === 1 ? 0.3 : 0.7) * (1 - p) ** 1.5 * Math.log(p);
        }),
        w,
      ),
  ],
  ["soft Dice", probabilities, softDice, (p, t, w) => tversky(p, t, 0.5, 0.5, w)],
  [
    "Tversky",
    probabilities,
    (p, t, weight) => tverskyLoss(p, t, { falsePositives: 0.3, falseNegatives: 0.7, weight }),
    (p, t, w) => tversky(p, t, 0.3, 0.7, w),
  ],
  [
    "cross-entropy and Dice",
    logits,
    bceAndDice,
    (x, t, w) => mean(elements(x, t, bce), w) + tversky({ ...x, data: x.data.map(sigmoid) }, t, 0.5, 0.5, w),
  ],
  [
    "squared error",
    logits,
    meanSquaredError,
    (x, t, w) =>
      mean(
        elements(x, t, (a, b) => (a - b) ** 2),
        w,
      ),
  ],
];

it.each(cases)("%s agrees with its formula, with and without weights", async (_, draw, build, formula) => {
  await checkOperation({
    inputs: [shape, shape],
    fixed: [1],
    draw,
    build: (x, t) => build(x, t),
    twin: (x, t) => one(formula(x, t)),
  });
  await checkOperation({
    inputs: [shape, shape, shape],
    fixed: [1, 2],
    draw,
    build,
    twin: (x, t, w) => one(formula(x, t, w)),
  });
});

it("Dice by sample agrees with its formula", async () => {
  await checkOperation({
    inputs: [shape, shape],
    fixed: [1],
    draw: probabilities,
    build: (p, t) => softDice(p, t, undefined, "sample"),
    twin: (p, t) => one(diceBySample(p, t)),
  });
});

it("Dice of one channel agrees with its formula", async () => {
  const inputs = [
    [2, 1, 6],
    [2, 1, 6],
  ];
  await checkOperation({
    inputs,
    fixed: [1],
    draw: probabilities,
    build: (p, t) => softDice(p, t),
    twin: (p, t) => {
      const [both, all] = [
        p.data.reduce((s, v, k) => s + v * (t.data[k] as number), 0),
        [...p.data, ...t.data].reduce((s, v) => s + v, 0),
      ];
      return one(1 - (2 * both + 2) / (all + 2));
    },
  });
});

it("cross-entropy over classes agrees with its formula", async () => {
  await checkOperation({
    inputs: [shape, shape],
    fixed: [1],
    draw: (i, random) => (i === 0 ? random.normal() : random.uniform() / 3),
    build: (x, t) => crossEntropy(x, t, 1),
    twin: (x, t) => {
      const rows = [0, 1].flatMap((n) => [0, 1, 2, 3].map((i) => [0, 1, 2].map((c) => n * 12 + c * 4 + i)));
      const losses = rows.map((row) => {
        const total = row.reduce((s, k) => s + Math.exp(x.data[k] as number), 0);
        return row.reduce((s, k) => s - (t.data[k] as number) * ((x.data[k] as number) - Math.log(total)), 0);
      });
      return one(mean(losses));
    },
  });
});

it("cosine distance agrees with its formula", async () => {
  await checkOperation({
    inputs: [
      [3, 5],
      [3, 5],
    ],
    build: cosineDistance,
    twin: (a, b) => {
      const distances = [0, 1, 2].map((n) => {
        const rows = [a, b].map((x) => [...x.data.slice(n * 5, n * 5 + 5)]) as [number[], number[]];
        const dot = (u: number[], v: number[]): number => u.reduce((s, value, i) => s + value * (v[i] as number), 0);
        return 1 - dot(...rows) / Math.sqrt(dot(rows[0], rows[0]) * dot(rows[1], rows[1]));
      });
      return one(mean(distances));
    },
  });
});

it("losses of logits stay finite where probabilities are 0 and 1", async () => {
  const inputs = [
    [1, 1, 2],
    [1, 1, 2],
  ];
  const draw = (i: number, random: { uniform(): number }): number =>
    (random.uniform() < 0.5 ? 1 : -1) * (i === 0 ? 80 : 0) + (i === 1 ? 1 : 0);
  const found = await import("../../test/support/operation-check.ts").then(({ runWithGradients }) =>
    runWithGradients({ inputs, fixed: [1], draw, build: (x, t) => focalLoss(x, t), twin: () => one(0) }),
  );
  expect([...found.output.data, ...(found.gradients[0]?.data ?? [])].every(Number.isFinite)).toBe(true);
});
