/** One scan of a cohort, from its file to a row of predictors: what a worker thread does. Masks and blocks are kept on disk under what they depend on. */
import { type Faulted, faulted } from "../core/errors.ts";
import { warningCodes } from "../core/finding.ts";
import { canonicalJson } from "../core/json.ts";
import { type BlocksConfig, measuredBlocks, type PredictorBlock } from "../expansion/blocks.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { type CnnBlock, openCnnBlock } from "./cnn-block.ts";
import { hashOf, keptFindings, keptMask, keptRow, scanPlace } from "./kept-measurements.ts";
import { type NamedSegmenter, openSegmenter } from "./open-segmenter.ts";
import { packageVersion } from "./package-files.ts";
import { readCt } from "./read-input.ts";
import { segmenterIdentity } from "./segmenter-identity.ts";

/** Which scan to measure with what. Plain data, so that it can be sent to a thread. */
export interface MeasureTask {
  readonly scan: string;
  readonly blocks: BlocksConfig;
  /** Folder for what is kept. */
  readonly cache: string;
}

/** What a scan gave; an error would lose its code on the way out of a thread. */
export type MeasureReply =
  | {
      readonly volumeMl: number;
      readonly values: Float64Array;
      /** Codes of what the segmenter warned of where it drew something all the same, e.g. SKULL_OPEN. */
      readonly warnings: readonly string[];
    }
  | Faulted;

/** Networks loaded once per thread. */
interface Tools extends BlockTools {
  readonly segmenter: NamedSegmenter;
  readonly segmenterId: string;
}

let loaded: { readonly key: string; readonly tools: Promise<Tools> } | null = null;

/** Measures one scan; predictors are NaN where no hematoma is found. */
export async function measureScan(task: MeasureTask): Promise<MeasureReply> {
  try {
    const key = canonicalJson(task.blocks);
    if (loaded?.key !== key) loaded = { key, tools: openTools(task.blocks) };
    return await measureWith(await loaded.tools, task);
  } catch (thrown) {
    return faulted(thrown);
  }
}

/** What a choice of blocks stands for on this machine: the predictors in order, and the networks behind them. */
export interface BlocksIdentity {
  readonly predictors: readonly string[];
  /** Changes whenever the segmenter does. */
  readonly segmenterId: string;
  /** SHA-256 of the weights by name of the backbone. */
  readonly backbones: Readonly<Record<string, string>>;
}

/**
 * Identifies blocks.
 *
 * @throws HemacastError what opening a segmenter or a backbone throws
 */
export async function identifyBlocks(config: BlocksConfig): Promise<BlocksIdentity> {
  const { blocks, cnn, release } = await blockTools(config);
  await release();
  const { id: segmenterId } = await segmenterIdentity(config.segmenter);
  return {
    predictors: blocks.flatMap(({ block }) => block.names),
    segmenterId,
    backbones: Object.fromEntries(cnn.map(({ name, weightsSha256 }) => [name, weightsSha256])),
  };
}

/** The blocks of a model, ready to measure; they own memory. */
export interface BlockTools {
  readonly cnn: readonly CnnBlock[];
  /** Those without a network. */
  readonly plain: readonly PredictorBlock[];
  /** All, in the order of their predictors. */
  readonly blocks: readonly { readonly block: PredictorBlock; readonly id: string }[];
  release(): Promise<void>;
}

/** Opens blocks without a segmenter: for a case whose hematoma is drawn already. */
export async function blockTools(config: BlocksConfig): Promise<BlockTools> {
  const version = packageVersion();
  const cnn = await Promise.all(config.cnn.map((each) => openCnnBlock(each)));
  const networks = cnn.map((block, i) => {
    return { block, id: hashOf({ version, settings: config.cnn[i], weights: block.weightsSha256 }) };
  });
  const plain = measuredBlocks(config).map((block) => {
    const settings = block.name === "radiomics" ? config.radiomics : null;
    return { block, id: hashOf({ version, name: block.name, settings }) };
  });
  const release = async (): Promise<void> => {
    await Promise.all(cnn.map((block) => block.release()));
  };
  return { cnn, plain: plain.map(({ block }) => block), blocks: [...plain, ...networks], release };
}

async function openTools(config: BlocksConfig): Promise<Tools> {
  const { id: segmenterId } = await segmenterIdentity(config.segmenter);
  const [tools, segmenter] = await Promise.all([blockTools(config), openSegmenter(config.segmenter)]);
  return { ...tools, segmenter, segmenterId };
}

async function measureWith(tools: Tools, { scan, cache }: MeasureTask): Promise<MeasureReply> {
  const place = await scanPlace(cache, scan, tools.segmenterId);
  let volume: Promise<CtVolume> | null = null;
  const openVolume = (): Promise<CtVolume> => {
    volume ??= readCt(scan).then((input) => input.volume);
    return volume;
  };
  let mask: Promise<Mask> | null = null;
  const openMask = (): Promise<Mask> => {
    mask ??= openVolume()
      .then((opened) => keptMask(place, opened, async () => tools.segmenter))
      .then((kept) => kept.mask);
    return mask;
  };
  const rows: Float64Array[] = [];
  for (const { block, id } of tools.blocks) {
    const make = async (): Promise<Float64Array> => measured(block, await openVolume(), await openMask());
    rows.push(await keptRow(place, id, 1 + block.names.length, make));
  }
  const volumeMl = rows[0] ? (rows[0][0] as number) : maskMl(await openMask());
  const warnings = volumeMl > 0 ? warningCodes((await keptFindings(place)) ?? []) : [];
  return { volumeMl, values: Float64Array.from(rows.flatMap((row) => [...row.subarray(1)])), warnings };
}

/** The volume in mL, then the predictors; NaN where there is no hematoma. */
async function measured(block: PredictorBlock, volume: CtVolume, mask: Mask): Promise<Float64Array> {
  const volumeMl = maskMl(mask);
  const values = volumeMl > 0 ? await block.measure(volume, mask) : block.names.map(() => Number.NaN);
  return Float64Array.of(volumeMl, ...values);
}
