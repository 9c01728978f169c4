/** One scan of a cohort, from its file to a row of predictors: what a worker thread does. Masks and blocks are kept on disk under what they depend on. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ErrorCode, HemacastError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { type BlocksConfig, measuredBlocks, type PredictorBlock } from "../expansion/blocks.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { type CnnBlock, openCnnBlock } from "./cnn-block.ts";
import { readMask, writeMask } from "./nifti-files.ts";
import { type NamedSegmenter, openSegmenter } from "./open-segmenter.ts";
import { packageVersion } from "./package-files.ts";
import { readCt } from "./read-input.ts";
import { findBundle } from "./risk-bundle.ts";

/** Which scan to measure with what. Plain data, so that it can be sent to a thread. */
export interface MeasureTask {
  readonly scan: string;
  readonly blocks: BlocksConfig;
  /** Folder for what is kept. */
  readonly cache: string;
}

/** What a scan gave; an error would lose its code on the way out of a thread. */
export type MeasureReply =
  | { readonly volumeMl: number; readonly values: Float64Array }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string } };

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
    if (thrown instanceof HemacastError) return { fault: { code: thrown.code, message: thrown.message } };
    throw thrown;
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
  const segmenterId = await segmenterIdentity(config.segmenter);
  return {
    predictors: blocks.flatMap(({ block }) => block.names),
    segmenterId,
    backbones: Object.fromEntries(cnn.map(({ name, weightsSha256 }) => [name, weightsSha256])),
  };
}

/** The blocks of a model, ready to measure; they own memory. */
export interface BlockTools {
  readonly cnn: readonly CnnBlock[];
  readonly blocks: readonly { readonly block: PredictorBlock; readonly id: string }[];
  release(): Promise<void>;
}

/** Opens blocks without a segmenter: for a case whose hematoma is drawn already. */
export async function blockTools(config: BlocksConfig): Promise<BlockTools> {
  const version = packageVersion();
  const cnn = await Promise.all(config.cnn.map(openCnnBlock));
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
  return { cnn, blocks: [...plain, ...networks], release };
}

async function openTools(config: BlocksConfig): Promise<Tools> {
  const segmenterId = await segmenterIdentity(config.segmenter);
  const [tools, segmenter] = await Promise.all([blockTools(config), openSegmenter(config.segmenter)]);
  return { ...tools, segmenter, segmenterId };
}

/** Changes with the segmenter: the bundle's own description holds the checksums of its files. */
export async function segmenterIdentity(name: string): Promise<string> {
  if (name === "threshold") return hashOf({ name, version: packageVersion() });
  return hashOf({ bundle: await readFile(join(await findBundle(name), "bundle.json"), "utf8") });
}

async function measureWith(tools: Tools, { scan, cache }: MeasureTask): Promise<MeasureReply> {
  const scanId = await hashOfFiles(scan);
  let volume: Promise<CtVolume> | null = null;
  const openVolume = (): Promise<CtVolume> => {
    volume ??= readCt(scan).then((input) => input.volume);
    return volume;
  };
  const mask = await keptMask(join(cache, `${hashOf({ scanId, by: tools.segmenterId })}.nii.gz`), async () => {
    const found = await tools.segmenter.segment(await openVolume());
    return found.mask;
  });
  const volumeMl = maskMl(mask);
  const rows: Float64Array[] = [];
  for (const { block, id } of tools.blocks) {
    const path = join(cache, `${hashOf({ scanId, by: tools.segmenterId, id })}.f64`);
    rows.push(
      volumeMl > 0
        ? await keptRow(path, block.names.length, async () => block.measure(await openVolume(), mask))
        : new Float64Array(block.names.length).fill(Number.NaN),
    );
  }
  return { volumeMl, values: Float64Array.from(rows.flatMap((row) => [...row])) };
}

async function keptMask(path: string, make: () => Promise<Mask>): Promise<Mask> {
  const kept = await readMask(path).catch((thrown: unknown) => {
    if (thrown instanceof HemacastError) return null;
    throw thrown;
  });
  if (kept) return kept.mask;
  const mask = await make();
  await writeMask(path, mask);
  return mask;
}

/** Numbers as they are in memory. A file of another length is of no use and is made again. */
async function keptRow(path: string, length: number, make: () => Promise<Float64Array>): Promise<Float64Array> {
  const kept = await readFile(path).catch(() => null);
  if (kept?.byteLength === 8 * length) return new Float64Array(new Uint8Array(kept).buffer);
  const row = await make();
  await writeFileAtomically(path, new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
  return row;
}

/** Over the bytes of a file, or of every file of a folder in the order of their names. */
async function hashOfFiles(path: string): Promise<string> {
  const found = await stat(path).catch(() => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no scan ${path}`);
  });
  const hash = createHash("sha256");
  if (!found.isDirectory()) return hash.update(await readFile(path)).digest("hex");
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(await readFile(file));
  return hash.digest("hex");
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 40);
}
