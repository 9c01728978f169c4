/** Segmentation networks as bundles: weights, plan, interval, card, and a self-test that is run on every load. */
import { availableParallelism } from "node:os";
import { HemacastError } from "../core/errors.ts";
import { canonicalJson, toJson } from "../core/json.ts";
import { z } from "../core/schema.ts";
import type { Weights } from "../nn/tensor.ts";
import { readSafetensors, toStored, toWeights, writeSafetensors } from "../nn/weights/safetensors.ts";
import { parseSegmentationPlan, type SegmentationPlan, segmentationPlanSchema } from "../segmentation/plan.ts";
import type { Segmenter } from "../segmentation/segmenter.ts";
import { selfTestHead } from "../segmentation/self-test-head.ts";
import { openSlabNetwork, type SlabNetwork } from "../segmentation/slab-network.ts";
import { unetSegmenter } from "../segmentation/unet-segmenter.ts";
import { type VolumeIntervalSettings, volumeIntervalSchema } from "../segmentation/volume-interval.ts";
import { maskMl } from "../volume/volume.ts";
import { type Bundle, type BundleManifest, bundleJson, readBundle, writeBundle } from "./bundle.ts";
import { findBundle } from "./risk-bundle.ts";

/** The `kind` of bundles that this file reads and writes. */
export const segmenterKind = "segmentation-network";

/** The network that is used unless another one is asked for. */
export const defaultSegmenterName = "hematoma-unet";

const selfTestSchema = z.strictObject({ hematomaMl: z.number().nonnegative() });
/** Machines round differently; what is left of that in the volume is far below 1 %. */
const SELF_TEST_TOLERANCE = 0.01;

/** A segmenter with a network behind it. Release it when done: the network owns memory outside of the garbage collector. */
export interface OpenSegmenter {
  readonly segment: Segmenter;
  readonly manifest: BundleManifest;
  release(): Promise<void>;
}

/** What `openSegmenterBundle` may be asked. */
export interface OpenSegmenterOptions {
  /** Averages with the mirrored head: twice the time. */
  readonly mirrored?: boolean;
  /** @default two where the machine has them: a case then takes under two seconds */
  readonly threads?: number;
}

/**
 * Opens a segmentation network: verifies checksums, and that it segments its own test head as recorded.
 *
 * @param nameOrDirectory a shipped one by its name, any other by its folder
 * @throws HemacastError INPUT_NOT_FOUND, BUNDLE_INVALID, CHECKSUM_MISMATCH, SELF_TEST_FAILED, DEPENDENCY_MISSING
 */
export async function openSegmenterBundle(
  nameOrDirectory: string = defaultSegmenterName,
  options: OpenSegmenterOptions = {},
): Promise<OpenSegmenter> {
  return openSegmenterEnsemble([nameOrDirectory], options);
}

/**
 * Opens several segmentation networks, such as those of the folds of one training set, as one segmenter: their probabilities are averaged. Each is
 * verified by itself. A volume interval is told for a single network only: it was calibrated with that one.
 *
 * @param names at least one, each as in `openSegmenterBundle`
 * @throws HemacastError ARGUMENT_INVALID when they were trained to different plans; what `openSegmenterBundle` throws
 */
export async function openSegmenterEnsemble(
  names: readonly string[],
  options: OpenSegmenterOptions = {},
): Promise<OpenSegmenter> {
  const bundles: Bundle[] = [];
  for (const name of names) bundles.push(await readBundle(await findBundle(name)));
  const members = bundles.map(segmenterParts);
  requireOnePlan(bundles, members);
  const [{ plan, interval }] = members;
  const networks: SlabNetwork[] = [];
  const release = async (): Promise<void> => {
    for (const network of networks) await network.release();
  };
  try {
    for (const [n, { weights }] of members.entries()) {
      const network = await openSlabNetwork(plan, weights, { threads: options.threads ?? usualThreads() });
      networks.push(network);
      await runSelfTest(bundles[n], unetSegmenter({ plan, networks: [network], model: bundles[n].manifest }));
    }
  } catch (thrown) {
    await release();
    throw thrown;
  }
  const [{ manifest }] = bundles;
  const segment = unetSegmenter({
    plan,
    networks,
    model: {
      name: bundles.map((bundle) => bundle.manifest.name).join("+"),
      version: bundles.map((bundle) => bundle.manifest.version).join("+"),
    },
    ...(interval && bundles.length === 1 ? { interval } : {}),
    ...(options.mirrored ? { mirrored: true } : {}),
  });
  return { segment, manifest, release };
}

function usualThreads(): number {
  return Math.min(2, availableParallelism());
}

/** Probabilities can be averaged only where they belong to the same pixels. */
function requireOnePlan(bundles: readonly Bundle[], members: readonly { plan: SegmentationPlan }[]): void {
  const other = members.findIndex(({ plan }) => canonicalJson(plan) !== canonicalJson(members[0].plan));
  if (other < 0) return;
  throw new HemacastError(
    "ARGUMENT_INVALID",
    `${bundles[0].manifest.name} and ${bundles[other].manifest.name} were trained to different plans; only networks of one plan can be averaged`,
  );
}

/**
 * The parts of a segmentation network, e.g. to continue its training.
 *
 * @throws HemacastError BUNDLE_INVALID when the bundle is of another kind or incomplete
 */
export function segmenterParts(bundle: Bundle): {
  plan: SegmentationPlan;
  weights: Weights;
  interval: VolumeIntervalSettings | null;
} {
  const { manifest, files } = bundle;
  if (manifest.kind !== segmenterKind) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${manifest.name} is a ${manifest.kind}, expected a ${segmenterKind}`,
    );
  }
  const bytes = files.get("weights.safetensors");
  if (!bytes) throw new HemacastError("BUNDLE_INVALID", `bundle ${manifest.name} has no weights.safetensors`);
  return {
    plan: parseSegmentationPlan(bundleJson(bundle, "plan.json", segmentationPlanSchema)),
    weights: toWeights(readSafetensors(bytes).tensors),
    interval: files.has("volume-interval.json")
      ? bundleJson(bundle, "volume-interval.json", volumeIntervalSchema)
      : null,
  };
}

async function runSelfTest(bundle: Bundle, segment: Segmenter): Promise<void> {
  const { hematomaMl } = bundleJson(bundle, "self-test.json", selfTestSchema);
  const found = maskMl((await segment(selfTestHead().volume)).mask);
  if (!(Math.abs(found - hematomaMl) <= SELF_TEST_TOLERANCE * hematomaMl + 1e-9)) {
    throw new HemacastError(
      "SELF_TEST_FAILED",
      `bundle ${bundle.manifest.name} finds ${found.toFixed(2)} mL in its test head, the record says ${hematomaMl.toFixed(2)} mL`,
    );
  }
}

/** What a bundle is made from. */
export interface SegmenterBundleContent {
  readonly plan: SegmentationPlan;
  readonly weights: Weights;
  readonly interval: VolumeIntervalSettings | null;
  readonly card: string;
}

/**
 * Writes a segmentation network with its card and a self-test. Weights are stored as 16-bit floats; the self-test is made with those.
 *
 * @throws HemacastError as `writeBundle`
 */
export async function writeSegmenterBundle(
  directory: string,
  manifest: Omit<BundleManifest, "schema" | "checksums" | "kind" | "inputs">,
  { plan, weights, interval, card }: SegmenterBundleContent,
): Promise<void> {
  const stored = toStored(weights, "F16");
  const network = await openSlabNetwork(plan, toWeights(stored));
  const { mask } = await unetSegmenter({ plan, networks: [network], model: manifest })(selfTestHead().volume);
  await network.release();
  const files = new Map<string, string | Uint8Array>([
    ["weights.safetensors", writeSafetensors(stored, { network: "unet" })],
    ["plan.json", toJson(plan)],
    ["self-test.json", toJson({ hematomaMl: maskMl(mask) })],
    ["MODEL_CARD.md", card],
  ]);
  if (interval) files.set("volume-interval.json", toJson(interval));
  const inputs = [
    {
      name: "image",
      kind: "non-contrast head CT",
      unit: "HU",
      pixelMm: plan.pixelMm,
      patchPixels: plan.patchPixels,
      slabMm: plan.slabMm,
      windowsHu: plan.windowsHu,
    },
  ];
  await writeBundle(directory, { ...manifest, kind: segmenterKind, inputs }, files);
}
