/** Trained hybrids as bundles: what is measured, with which networks, one coefficient per predictor, and a self-test that runs on every load. */
import { HemacastError } from "../core/errors.ts";
import { toJson } from "../core/json.ts";
import { z } from "../core/schema.ts";
import type { AffineForm } from "../expansion/affine-form.ts";
import { type BlocksConfig, blocksConfigSchema } from "../expansion/blocks.ts";
import { type HybridModel, predictHybrid } from "../expansion/hybrid-model.ts";
import type { CaseSpace } from "../expansion/nearest-cases.ts";
import { shippedBackbones } from "../nn/session/backbone-folder.ts";
import { createTensor, type Tensor, type Weights } from "../nn/tensor.ts";
import { readSafetensors, toStored, toWeights, writeSafetensors } from "../nn/weights/safetensors.ts";
import { type Bundle, type BundleManifest, bundleJson, readBundle, writeBundle } from "./bundle.ts";

/** The `kind` of bundles that this file reads and writes. */
export const hybridKind = "hybrid-risk-model";

const number = z.number();
const probability = z.number().min(0).max(1);
const calibratorSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("platt"), slope: number, intercept: number }),
  z.strictObject({ kind: z.literal("isotonic"), at: z.array(number), risk: z.array(probability) }),
  z.strictObject({ kind: z.literal("beta"), a: number, b: number, c: number }),
  z.strictObject({ kind: z.literal("temperature"), temperature: number }),
]);

const descriptionSchema = z.strictObject({
  schema: z.literal("hemacast-hybrid/2"),
  /** Whether the outcomes it was fitted to happened to patients. */
  outcomes: z.enum(["real", "simulated"]),
  blocks: blocksConfigSchema,
  /** What drew the hematomas that it was trained on; the same must draw the one that it is asked about. */
  segmenterId: z.string(),
  /** SHA-256 of the weights by name of the backbone. */
  backbones: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  predictors: z.array(z.string().min(1)).min(1).max(100_000),
  calibrator: calibratorSchema,
  cutoff: probability,
  conformal: z.strictObject({ coverage: probability, leastIfExpands: probability, mostIfNot: probability }),
  novelty: z.record(z.string(), z.number().positive()),
  /** The training cases that the points in the weights are of; null when they were patients. */
  cases: z
    .array(z.strictObject({ id: z.string(), expanded: z.boolean() }))
    .min(2)
    .max(100_000)
    .nullable(),
});

const selfTestSchema = z.strictObject({
  risks: z.array(probability).min(1),
  /** What each block says about the phantom; checked when the blocks are opened. */
  phantom: z.record(z.string(), number),
});

/** What a hybrid bundle is besides its manifest. */
export interface HybridContent {
  readonly outcomes: "real" | "simulated";
  readonly blocks: BlocksConfig;
  readonly segmenterId: string;
  readonly backbones: Readonly<Record<string, string>>;
  readonly model: HybridModel;
  /** Log odds of each block about the phantom, as measured when it was trained. */
  readonly phantom: Readonly<Record<string, number>>;
}

/** A verified hybrid. */
export interface HybridBundle extends HybridContent {
  readonly manifest: BundleManifest;
}

/** Largest difference of a risk from the recorded one: rounding of sums over thousands of predictors in another order. */
const SELF_TEST_TOLERANCE = 1e-9;

/**
 * Loads a hybrid: checksums, schema, sizes, then the self-test.
 *
 * @throws HemacastError INPUT_NOT_FOUND, BUNDLE_INVALID, CHECKSUM_MISMATCH, SELF_TEST_FAILED
 */
export async function loadHybridBundle(directory: string): Promise<HybridBundle> {
  const bundle = await readBundle(directory);
  const { manifest } = bundle;
  if (manifest.kind !== hybridKind) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${manifest.name} is a ${manifest.kind}, expected a ${hybridKind}`,
    );
  }
  const { schema: _schema, ...described } = bundleJson(bundle, "hybrid-model.json", descriptionSchema);
  const { outcomes, blocks, segmenterId, backbones, cases, ...rest } = described;
  await requireShippedBackbones(manifest.name, blocks);
  const tensors = tensorsOf(bundle);
  if (cases && outcomes === "real")
    throw new HemacastError("BUNDLE_INVALID", `bundle ${manifest.name} names patients it was trained on; refused`);
  const p = rest.predictors.length;
  const numbers = modelNumbers(tensors, p, manifest.name);
  const model = { ...rest, ...numbers, cases: cases && caseSpace(cases, tensors, p, manifest.name) };
  const phantom = runSelfTest(bundle, model, tensors);
  return { manifest, outcomes, blocks, segmenterId, backbones, model, phantom };
}

/** A bundle may come from anywhere: it chooses among the backbones that are here, and never names a file to open. */
async function requireShippedBackbones(name: string, { cnn }: BlocksConfig): Promise<void> {
  const known = await shippedBackbones();
  const unknown = cnn.find(({ backbone }) => !known.includes(backbone));
  if (unknown) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${name} measures with the backbone ${unknown.backbone}, which does not come with the package; there are ${known.join(", ")}`,
    );
  }
}

function tensorsOf({ files, manifest }: Bundle): Weights {
  const bytes = files.get("coefficients.safetensors");
  if (!bytes) throw new HemacastError("BUNDLE_INVALID", `bundle ${manifest.name} has no coefficients.safetensors`);
  return toWeights(readSafetensors(bytes).tensors);
}

type ModelNumbers = Pick<HybridModel, "fills" | "means" | "deviations" | "whole" | "members">;

/** The rows of a tensor of the bundle. */
function tensorRows(tensors: Weights, tensor: string, width: number, name: string): Float64Array[] {
  const { shape, data } = tensors.get(tensor) ?? { shape: [0, 0], data: new Float32Array(0) };
  if (shape.length !== 2 || shape[1] !== width || shape[0] === 0 || !data.every(Number.isFinite)) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${name}: tensor ${tensor} must be finite and [n, ${width}], found [${shape.join(", ")}]`,
    );
  }
  return Array.from({ length: shape[0] as number }, (_, i) =>
    Float64Array.from(data.subarray(i * width, (i + 1) * width)),
  );
}

function caseSpace(
  cases: readonly { readonly id: string; readonly expanded: boolean }[],
  tensors: Weights,
  p: number,
  name: string,
): CaseSpace {
  const loadings = tensorRows(tensors, "case-loadings", p, name);
  const points = tensorRows(tensors, "case-points", loadings.length, name);
  if (points.length !== cases.length) {
    throw new HemacastError("BUNDLE_INVALID", `bundle ${name} has ${cases.length} cases and ${points.length} points`);
  }
  return { ids: cases.map(({ id }) => id), expanded: cases.map(({ expanded }) => expanded), points, loadings };
}

function modelNumbers(tensors: Weights, p: number, name: string): ModelNumbers {
  const rows = (tensor: string, width: number): Float64Array[] => tensorRows(tensors, tensor, width, name);
  const affine = (row: Float64Array): AffineForm => ({ intercept: row[0] as number, coefficients: row.subarray(1) });
  const [fills, means, deviations] = rows("standard", p) as [Float64Array, Float64Array, Float64Array];
  const [whole, ...members] = rows("coefficients", p + 1).map(affine) as [AffineForm, ...AffineForm[]];
  if (!fills || !means || !deviations) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${name}: tensor standard must hold medians, means and deviations`,
    );
  }
  return { fills, means, deviations, whole, members };
}

/** @returns what else the self-test holds, which needs the networks */
function runSelfTest(bundle: Bundle, model: HybridModel, tensors: Weights): HybridContent["phantom"] {
  const { risks, phantom } = bundleJson(bundle, "self-test.json", selfTestSchema);
  const rows = tensors.get("self-test") as Tensor | undefined;
  const p = model.predictors.length;
  if (rows?.shape.join() !== `${risks.length},${p}`) {
    throw new HemacastError("BUNDLE_INVALID", `bundle ${bundle.manifest.name} has no rows for its self-test`);
  }
  for (const [i, expected] of risks.entries()) {
    const { risk } = predictHybrid(model, rows.data.subarray(i * p, (i + 1) * p));
    if (!(Math.abs(risk - expected) <= SELF_TEST_TOLERANCE)) {
      throw new HemacastError(
        "SELF_TEST_FAILED",
        `bundle ${bundle.manifest.name}, case ${i}: the risk is ${risk}, the record says ${expected}`,
      );
    }
  }
  return phantom;
}

/**
 * Writes a hybrid. Numbers are stored as 32-bit floats; the self-test is made with those.
 *
 * @param selfTest complete rows of predictors
 * @throws HemacastError as `writeBundle`
 */
export async function writeHybridBundle(
  directory: string,
  manifest: Omit<BundleManifest, "schema" | "checksums" | "kind" | "inputs">,
  { model, phantom, ...content }: HybridContent,
  card: string,
  selfTest: readonly ArrayLike<number>[],
): Promise<void> {
  const p = model.predictors.length;
  const tensor = (rows: readonly ArrayLike<number>[], width: number): Tensor =>
    createTensor([rows.length, width], Float32Array.from(rows.flatMap((row) => Array.from(row))));
  const affine = ({ intercept, coefficients }: AffineForm): number[] => [intercept, ...coefficients];
  const weights = new Map([
    ["standard", tensor([model.fills, model.means, model.deviations], p)],
    ["coefficients", tensor([model.whole, ...model.members].map(affine), p + 1)],
    ["self-test", tensor(selfTest, p)],
    ...(model.cases ? caseTensors(model.cases, tensor) : []),
  ]);
  const stored = { ...model, ...modelNumbers(weights, p, manifest.name) };
  const rows = (weights.get("self-test") as Tensor).data;
  const risks = selfTest.map((_, i) => predictHybrid(stored, rows.subarray(i * p, (i + 1) * p)).risk);
  const { predictors, calibrator, cutoff, conformal, novelty } = model;
  const cases = model.cases ? describeCases(model.cases) : null;
  const description = { ...content, predictors, calibrator, cutoff, conformal, novelty, cases };
  const files = new Map<string, string | Uint8Array>([
    ["hybrid-model.json", toJson({ schema: "hemacast-hybrid/2", ...description })],
    ["coefficients.safetensors", writeSafetensors(toStored(weights, "F32"))],
    ["self-test.json", toJson({ risks, phantom })],
    ["MODEL_CARD.md", card],
  ]);
  await writeBundle(directory, { ...manifest, kind: hybridKind, inputs: inputsOf(content.blocks) }, files);
}

function describeCases({ ids, expanded }: CaseSpace): { id: string; expanded: boolean }[] {
  return ids.map((id, i) => ({ id, expanded: expanded[i] as boolean }));
}

function caseTensors(
  { loadings, points }: CaseSpace,
  tensor: (rows: readonly ArrayLike<number>[], width: number) => Tensor,
): [string, Tensor][] {
  return [
    ["case-loadings", tensor(loadings, (loadings[0] as Float64Array).length)],
    ["case-points", tensor(points, loadings.length)],
  ];
}

function inputsOf({ segmenter, cnn }: BlocksConfig): BundleManifest["inputs"] {
  return [
    { name: "image", kind: "non-contrast head CT", unit: "HU" },
    { name: "mask", kind: "hematoma", segmenter },
    ...cnn.map(({ backbone, taps, images }) => ({ name: backbone, kind: "frozen network", taps, ...images })),
  ];
}
