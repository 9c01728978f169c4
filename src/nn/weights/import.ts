/** Weights from elsewhere: read by name, turned into our layout, batch normalisation folded; everything must match or nothing is taken. */
import { HemacastError } from "../../core/errors.ts";
import { createTensor, elementCount, type Shape, sameShape, type Tensor, type Weights } from "../tensor.ts";

/** Where the parts of one of our convolutions are in a foreign file. Bias and gain may be absent there; the rest must be present. */
export interface ConvSource {
  /** Ours: NAME.weight and NAME.bias. */
  readonly name: string;
  readonly weight: string;
  readonly bias: string;
  readonly norm: { readonly gain: string; readonly shift: string; readonly mean: string; readonly variance: string };
}

/** Conventions of a foreign file. */
export interface ForeignLayout {
  readonly sources: readonly ConvSource[];
  /** Order of the axes of filters: torchvision and timm write [out, in, h, w], Keras [h, w, in, out]. */
  readonly filters: "oihw" | "hwio";
  /** Added to the variance in batch normalisation. */
  readonly epsilon: number;
  /** Names that do not belong to the trunk and are left out, e.g. the classifier. */
  readonly ignored: RegExp;
}

/** What was taken from where. */
export interface ImportRow {
  readonly state: "matched" | "missing" | "unexpected";
  /** Our parameter, or the foreign name where there is none. */
  readonly name: string;
  readonly from: readonly string[];
}

/** Imported weights and the account of every name. */
export interface ImportedWeights {
  readonly weights: Weights;
  readonly rows: readonly ImportRow[];
}

/**
 * Imports convolutions with their batch normalisation folded in.
 *
 * @param tensors the foreign file
 * @throws HemacastError BUNDLE_INVALID when a name is missing or unexpected or a shape differs; `details.rows` has the whole table
 */
export function importConvolutions(
  expected: ReadonlyMap<string, Shape>,
  tensors: Weights,
  layout: ForeignLayout,
): ImportedWeights {
  const rows = importRows(expected, tensors, layout);
  const wrong = rows.filter((row) => row.state !== "matched");
  if (wrong.length > 0) {
    const some = wrong.slice(0, 4).map((row) => `${row.state} ${row.name}`);
    throw new HemacastError("BUNDLE_INVALID", `${wrong.length} names do not match: ${some.join(", ")}`, {
      details: { rows },
    });
  }
  const weights = new Map<string, Tensor>();
  for (const source of layout.sources) {
    const found = foldedConvolution(source, tensors, layout);
    for (const [name, tensor] of Object.entries({
      [`${source.name}.weight`]: found.weight,
      [`${source.name}.bias`]: found.bias,
    })) {
      const shape = expected.get(name) as Shape;
      if (!sameShape(shape, tensor.shape)) {
        throw new HemacastError("BUNDLE_INVALID", `${source.weight} gives [${tensor.shape}], ${name} is [${shape}]`, {
          details: { rows },
        });
      }
      weights.set(name, tensor);
    }
  }
  return { weights, rows };
}

/**
 * The account of an import as a table for people: what is wrong first.
 *
 * @example importTable([{ state: "missing", name: "conv1.weight", from: ["c1"] }]) // => "missing     conv1.weight  <- c1"
 */
export function importTable(rows: readonly ImportRow[]): string {
  const order = ["missing", "unexpected", "matched"];
  return [...rows]
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .map(({ state, name, from }) => `${state.padEnd(12)}${name}${from.length > 0 ? `  <- ${from.join(", ")}` : ""}`)
    .join("\n");
}

/** Factor and shift per filter that a batch normalisation amounts to: gain / sqrt(variance + epsilon), and shift - mean factor. */
export function foldedNorm(
  norm: { gain: Float32Array | null; shift: Float32Array; mean: Float32Array; variance: Float32Array },
  epsilon: number,
): { factor: Float64Array; shift: Float64Array } {
  const factor = Float64Array.from(norm.variance, (v, k) => (norm.gain?.[k] ?? 1) / Math.sqrt(v + epsilon));
  return { factor, shift: factor.map((f, k) => (norm.shift[k] as number) - (norm.mean[k] as number) * f) };
}

/**
 * Filters [h, w, in, out] as [out, in, h, w].
 *
 * @example [...hwioToOihw([1, 1, 2, 2], [1, 2, 3, 4])] // => [1, 3, 2, 4]
 */
export function hwioToOihw(shape: Shape, data: ArrayLike<number>): Float64Array {
  const [height, width, inputs, filters] = shape as [number, number, number, number];
  const places = height * width;
  const result = new Float64Array(elementCount(shape));
  for (let place = 0; place < places; place++) {
    for (let c = 0; c < inputs; c++) {
      for (let k = 0; k < filters; k++) {
        result[(k * inputs + c) * places + place] = data[(place * inputs + c) * filters + k] as number;
      }
    }
  }
  return result;
}

function importRows(
  expected: ReadonlyMap<string, Shape>,
  tensors: Weights,
  { sources, ignored }: ForeignLayout,
): ImportRow[] {
  const used = new Set<string>();
  const rows = sources.flatMap(({ name, weight, bias, norm }): ImportRow[] => {
    const required = [weight, norm.shift, norm.mean, norm.variance];
    const missing = required.filter((part) => !tensors.has(part));
    const present = [weight, bias, ...Object.values(norm)].filter((part) => tensors.has(part));
    for (const part of present) used.add(part);
    return missing.length > 0
      ? [{ state: "missing", name, from: missing }]
      : [{ state: "matched", name, from: present }];
  });
  const ours = new Set(sources.flatMap(({ name }) => [`${name}.weight`, `${name}.bias`]));
  const without = [...expected.keys()].filter((name) => !ours.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !used.has(name) && !ignored.test(name));
  return [
    ...rows,
    ...without.map((name): ImportRow => ({ state: "missing", name, from: [] })),
    ...unexpected.map((name): ImportRow => ({ state: "unexpected", name, from: [] })),
  ];
}

function foldedConvolution(
  source: ConvSource,
  tensors: Weights,
  { filters, epsilon }: ForeignLayout,
): { weight: Tensor; bias: Tensor } {
  const data = (name: string): Float32Array | null => tensors.get(name)?.data ?? null;
  const { norm } = source;
  const { factor, shift } = foldedNorm(
    {
      gain: data(norm.gain),
      shift: data(norm.shift) as Float32Array,
      mean: data(norm.mean) as Float32Array,
      variance: data(norm.variance) as Float32Array,
    },
    epsilon,
  );
  const raw = tensors.get(source.weight) as Tensor;
  const [shape, values] =
    filters === "oihw" ? [raw.shape, raw.data] : [swappedShape(raw.shape), hwioToOihw(raw.shape, raw.data)];
  const perFilter = values.length / (shape[0] as number);
  const weight = new Float32Array(values.length);
  for (let i = 0; i < weight.length; i++) {
    weight[i] = (values[i] as number) * (factor[Math.floor(i / perFilter)] as number);
  }
  const bias = data(source.bias);
  return {
    weight: createTensor(shape, weight),
    bias: createTensor(
      [factor.length],
      Float32Array.from(shift, (s, k) => s + (bias?.[k] ?? 0) * (factor[k] as number)),
    ),
  };
}

function swappedShape([height, width, inputs, filters]: Shape): Shape {
  return [filters as number, inputs as number, height as number, width as number];
}
