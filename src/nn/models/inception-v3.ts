/** Inception-v3 without its classifier, batch normalisation folded into the convolutions. Parameters have torchvision's names. */
import { parseWith, z } from "../../core/schema.ts";
import type { Value } from "../graph/graph.ts";
import { convLayer } from "../layers.ts";
import { averagePool } from "../ops/average-pool.ts";
import { concat } from "../ops/concat.ts";
import { maxPool } from "../ops/max-pool.ts";
import { relu } from "../ops/relu.ts";
import { type Backbone, backbone, type Stage } from "./backbone.ts";

const configSchema = z.strictObject({
  /** Whether the 3x3 averages count the zeros of the border: torchvision's weights were trained so, Keras's without. */
  poolCountsBorder: z.boolean().default(false),
});

type Kernel = readonly [number, number];
type Chain = readonly (readonly [name: string, filters: number, kernel: Kernel])[];

/**
 * Inception-v3 for images [n, 3, h, w], usually 299 x 299. Stages: the five convolutions and two poolings of the stem, then `mixed0` to
 * `mixed10` (Keras's names; torchvision calls them Mixed_5b to Mixed_7c). 2048 features.
 *
 * @throws HemacastError CONFIG_INVALID
 * @see Szegedy et al. 2016, doi:10.1109/CVPR.2016.308
 * @example inceptionV3().stages.length // => 18
 */
export function inceptionV3(config: z.input<typeof configSchema> = {}): Backbone {
  const settings = parseWith(configSchema, config, "CONFIG_INVALID", "inception-v3 config");
  const countBorder = settings.poolCountsBorder ?? false;
  return backbone("inception-v3", { poolCountsBorder: countBorder }, [...stem, ...mixedStages(countBorder)]);
}

function unit(x: Value, name: string, filters: number, kernel: Kernel, stride = 1, same = stride === 1): Value {
  const padding = kernel.map((size) => (same ? (size - 1) / 2 : 0));
  return relu(convLayer(x, name, { filters, kernel, stride: [stride, stride], padding }));
}

const halved = (x: Value): Value => maxPool(x, { kernel: [3, 3], stride: [2, 2] });

const stem: readonly Stage[] = [
  { name: "Conv2d_1a_3x3", apply: (x) => unit(x, "Conv2d_1a_3x3", 32, [3, 3], 2) },
  { name: "Conv2d_2a_3x3", apply: (x) => unit(x, "Conv2d_2a_3x3", 32, [3, 3], 1, false) },
  { name: "Conv2d_2b_3x3", apply: (x) => unit(x, "Conv2d_2b_3x3", 64, [3, 3]) },
  { name: "pool1", apply: halved },
  { name: "Conv2d_3b_1x1", apply: (x) => unit(x, "Conv2d_3b_1x1", 80, [1, 1]) },
  { name: "Conv2d_4a_3x3", apply: (x) => unit(x, "Conv2d_4a_3x3", 192, [3, 3], 1, false) },
  { name: "pool2", apply: halved },
];

function mixedStages(countBorder: boolean): Stage[] {
  const names = ["5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"];
  const stages: ((x: Value, name: string) => Value)[] = [
    ...[32, 64, 64].map((pool) => (x: Value, name: string) => square(x, name, pool, countBorder)),
    firstReduction,
    ...[128, 160, 160, 192].map((width) => (x: Value, name: string) => factorized(x, name, width, countBorder)),
    secondReduction,
    ...[0, 1].map(() => (x: Value, name: string) => expanded(x, name, countBorder)),
  ];
  return stages.map((apply, i) => ({ name: `mixed${i}`, apply: (x) => apply(x, `Mixed_${names[i]}`) }));
}

/** Units one behind the other. */
function chain(x: Value, name: string, units: Chain): Value {
  return units.reduce((y, [suffix, filters, kernel]) => unit(y, `${name}.${suffix}`, filters, kernel), x);
}

function pooled(x: Value, name: string, filters: number, countBorder: boolean): Value {
  const means = averagePool(x, { kernel: [3, 3], stride: [1, 1], padding: [1, 1], countBorder });
  return unit(means, `${name}.branch_pool`, filters, [1, 1]);
}

/** Mixed_5b to 5d: 1x1, 5x5, two 3x3, pooling. */
function square(x: Value, name: string, poolFilters: number, countBorder: boolean): Value {
  const branches = [
    chain(x, name, [["branch1x1", 64, [1, 1]]]),
    chain(x, name, [
      ["branch5x5_1", 48, [1, 1]],
      ["branch5x5_2", 64, [5, 5]],
    ]),
    chain(x, name, [
      ["branch3x3dbl_1", 64, [1, 1]],
      ["branch3x3dbl_2", 96, [3, 3]],
      ["branch3x3dbl_3", 96, [3, 3]],
    ]),
    pooled(x, name, poolFilters, countBorder),
  ];
  return concat(branches, 1);
}

/** Mixed_6a: halves the image. */
function firstReduction(x: Value, name: string): Value {
  const direct = unit(x, `${name}.branch3x3`, 384, [3, 3], 2);
  const double = chain(x, name, [
    ["branch3x3dbl_1", 64, [1, 1]],
    ["branch3x3dbl_2", 96, [3, 3]],
  ]);
  return concat([direct, unit(double, `${name}.branch3x3dbl_3`, 96, [3, 3], 2), halved(x)], 1);
}

/** Mixed_6b to 6e: 7x7 convolutions as 1x7 and 7x1. */
function factorized(x: Value, name: string, width: number, countBorder: boolean): Value {
  const branches = [
    chain(x, name, [["branch1x1", 192, [1, 1]]]),
    chain(x, name, [
      ["branch7x7_1", width, [1, 1]],
      ["branch7x7_2", width, [1, 7]],
      ["branch7x7_3", 192, [7, 1]],
    ]),
    chain(x, name, [
      ["branch7x7dbl_1", width, [1, 1]],
      ["branch7x7dbl_2", width, [7, 1]],
      ["branch7x7dbl_3", width, [1, 7]],
      ["branch7x7dbl_4", width, [7, 1]],
      ["branch7x7dbl_5", 192, [1, 7]],
    ]),
    pooled(x, name, 192, countBorder),
  ];
  return concat(branches, 1);
}

/** Mixed_7a: halves the image. */
function secondReduction(x: Value, name: string): Value {
  const direct = chain(x, name, [["branch3x3_1", 192, [1, 1]]]);
  const halvedDirect = unit(direct, `${name}.branch3x3_2`, 320, [3, 3], 2);
  const wide = chain(x, name, [
    ["branch7x7x3_1", 192, [1, 1]],
    ["branch7x7x3_2", 192, [1, 7]],
    ["branch7x7x3_3", 192, [7, 1]],
  ]);
  return concat([halvedDirect, unit(wide, `${name}.branch7x7x3_4`, 192, [3, 3], 2), halved(x)], 1);
}

/** Mixed_7b and 7c: 3x3 convolutions fanned out into 1x3 and 3x1. */
function expanded(x: Value, name: string, countBorder: boolean): Value {
  const direct = chain(x, name, [["branch1x1", 320, [1, 1]]]);
  const single = chain(x, name, [["branch3x3_1", 384, [1, 1]]]);
  const singleFan = fan(single, name, "branch3x3_2");
  const double = chain(x, name, [
    ["branch3x3dbl_1", 448, [1, 1]],
    ["branch3x3dbl_2", 384, [3, 3]],
  ]);
  const doubleFan = fan(double, name, "branch3x3dbl_3");
  return concat([direct, ...singleFan, ...doubleFan, pooled(x, name, 192, countBorder)], 1);
}

function fan(x: Value, name: string, branch: string): Value[] {
  return [unit(x, `${name}.${branch}a`, 384, [1, 3]), unit(x, `${name}.${branch}b`, 384, [3, 1])];
}
