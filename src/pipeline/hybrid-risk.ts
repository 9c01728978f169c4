/** An image model as one of the risk models that `predict` asks: measures its blocks on the case and says how far to believe the answer. */
import { HemacastError } from "../core/errors.ts";
import { blockOf, type PredictorBlock } from "../expansion/blocks.ts";
import { predictHybrid, riskIf, strongestPredictors } from "../expansion/hybrid-model.ts";
import { nearestCases } from "../expansion/nearest-cases.ts";
import { maskMl } from "../volume/volume.ts";
import type { CaseRisk, CaseRiskModel, MeasuredCase, SeenCase } from "./case-risk.ts";
import type { CnnBlock, CnnLook } from "./cnn-block.ts";
import { type ContributionMap, contributionMaps } from "./contribution-maps.ts";
import type { HybridBundle } from "./hybrid-bundle.ts";
import { requireSamePhantom } from "./hybrid-phantom.ts";
import { type BlockTools, blockTools } from "./measure-scan.ts";
import { segmenterIdentity } from "./segmenter-identity.ts";

/** Predictors that are named with what each did to the risk. */
const STRONGEST = 5;
/** Training cases that are named beside a risk. */
const NEAREST = 3;

/**
 * Opens the networks that a hybrid measures with.
 *
 * @throws HemacastError BUNDLE_INVALID when the segmenter or a backbone installed here is not the one that the hybrid was trained with;
 * SELF_TEST_FAILED when its blocks measure otherwise
 */
export async function imageModel(bundle: HybridBundle): Promise<CaseRiskModel> {
  const { manifest, blocks, outcomes } = bundle;
  const segmenterName = await requireSameSegmenter(bundle);
  const tools = await blockTools(blocks);
  try {
    requireSameBackbones(bundle, tools);
    await requireSamePhantom(bundle, tools);
  } catch (thrown) {
    await tools.release();
    throw thrown;
  }
  const identity: CaseRisk["model"] = {
    ...{ name: manifest.name, version: manifest.version, basis: "images", outcomes },
    summary: manifest.title,
  };
  return {
    ready: async () => {},
    release: tools.release,
    look: async (seen) => {
      requireDrawnBy(segmenterName, bundle, seen);
      const looks: NetworkLook[] = [];
      for (const block of tools.cnn) looks.push({ block, look: await block.look(seen.volume, seen.mask) });
      return (measured) => answer(bundle, tools, identity, { seen, looks, measured });
    },
  };
}

/** @returns the name that the segmenter signs its masks with */
async function requireSameSegmenter({ manifest, blocks, segmenterId }: HybridBundle): Promise<string> {
  const { id, name } = await segmenterIdentity(blocks.segmenter);
  if (id === segmenterId) return name;
  throw new HemacastError(
    "BUNDLE_INVALID",
    `bundle ${manifest.name} was trained on hematomas drawn by another version of ${blocks.segmenter} than is installed; train it again or install that version`,
  );
}

function requireDrawnBy(segmenterName: string, { manifest }: HybridBundle, { segmenter }: SeenCase): void {
  if (segmenter === segmenterName) return;
  throw new HemacastError(
    "CONFIG_INVALID",
    `${manifest.name} was trained on hematomas drawn by ${segmenterName}, this one was drawn by ${segmenter}; leave out --model, or give --segmenter the one that it was trained with`,
  );
}

function requireSameBackbones({ manifest, backbones }: HybridBundle, { cnn }: BlockTools): void {
  for (const { name, weightsSha256 } of cnn) {
    if (backbones[name] === weightsSha256) continue;
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${manifest.name} was trained with other weights of ${name} than are installed; its predictors would mean nothing`,
    );
  }
}

/** What one network saw. */
interface NetworkLook {
  readonly block: CnnBlock;
  readonly look: CnnLook;
}

/** All that is known about a case. */
interface KnownCase {
  readonly seen: SeenCase;
  readonly looks: readonly NetworkLook[];
  readonly measured: MeasuredCase;
}

async function answer(
  { manifest, model }: HybridBundle,
  tools: BlockTools,
  identity: CaseRisk["model"],
  { seen: { volume, mask }, looks, measured: { markers, values } }: KnownCase,
): Promise<CaseRisk> {
  // What a manifest calls the volume of the baseline scan is the volume of this one.
  const known = new Map(Object.entries({ ...values, baselineVolumeMl: maskMl(mask) }));
  const take = ({ names }: PredictorBlock, row: Float64Array): void => {
    for (const [j, name] of names.entries()) known.set(name, row[j] as number);
  };
  const maps: ContributionMap[] = [];
  for (const block of tools.plain) take(block, await block.measure(volume, mask, markers));
  for (const { block, look } of looks) {
    take(block, look.row);
    maps.push(...contributionMaps(block, look, model));
  }
  const row = Float64Array.from(model.predictors, (name) => known.get(name) ?? Number.NaN);
  const found = predictHybrid(model, row);
  const networks = new Set(tools.cnn.map(({ name }) => name));
  const isNamed = (predictor: string): boolean => !networks.has(blockOf(predictor));
  const present = Object.values(markers.markers).filter(({ state }) => state === "present");
  const signs = present.map(({ id }) => `markers.${id}`).filter((name) => model.predictors.includes(name));
  return {
    model: identity,
    ...{ value: found.risk, low: found.low, high: found.high, definition: manifest.outcome },
    ...{ inputs: {}, missing: [...found.filled], outOfRange: [] },
    image: {
      conformalSet: [...found.conformalSet],
      coverage: found.coverage,
      unusual: [...found.unusual],
      contributions: found.contributions.map((part) => ({ ...part })),
      strongest: strongestPredictors(model, row, isNamed, STRONGEST),
      maps,
      nearest: model.cases ? nearestCases(model.cases, model, row, NEAREST) : [],
      without: signs.map((name) => ({ predictor: name, risk: riskIf(model, row, { [name]: 0 }) })),
    },
  };
}
