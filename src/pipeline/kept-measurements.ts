/** What was drawn and measured on scans, on disk under the bytes of the scan, who drew, and what was measured: no later run does it again. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { HemacastError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Segmentation } from "../segmentation/segmenter.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { readMask, writeMask } from "./nifti-files.ts";
import type { NamedSegmenter } from "./open-segmenter.ts";

/** Where a scan's mask, rows and volume are kept. */
export interface ScanPlace {
  readonly cache: string;
  /** Of the bytes of the scan. */
  readonly scanId: string;
  /** Of the segmenter. */
  readonly by: string;
}

/**
 * The place of a scan.
 *
 * @param scan a file, or a folder with the files of a series
 * @param by id of the segmenter, as `segmenterIdentity` gives it
 * @throws HemacastError INPUT_NOT_FOUND
 */
export async function scanPlace(cache: string, scan: string, by: string): Promise<ScanPlace> {
  return { cache, by, scanId: await hashOfFiles(scan) };
}

/**
 * The mask of a scan, drawn now or before, on the grid of its volume: NIfTI cannot hold slices with varying gaps, and a mask of such a scan is taken
 * back to them. What the segmenter said of it is kept beside it; null where an earlier version kept nothing.
 *
 * @throws HemacastError as the segmenter does; OUTPUT_NOT_WRITABLE
 */
export async function keptMask(
  place: ScanPlace,
  volume: CtVolume,
  segmenter: () => Promise<NamedSegmenter>,
): Promise<{ readonly mask: Mask; readonly findings: Segmentation["findings"] | null }> {
  const path = join(place.cache, `${hashOf({ scanId: place.scanId, by: place.by })}.nii.gz`);
  const kept = await readMask(path, { onGrid: volume.geometry }).catch((thrown: unknown) => {
    if (thrown instanceof HemacastError) return null;
    throw thrown;
  });
  if (kept) return { mask: kept.mask, findings: await keptFindings(place) };
  const { mask, findings } = await (await segmenter()).segment(volume);
  await writeFileAtomically(findingsPath(place), `${JSON.stringify(findings)}\n`);
  await writeMask(path, mask);
  return { mask, findings };
}

/** What the segmenter said of a scan whose mask is kept; null where nothing is known of it. */
export async function keptFindings(place: ScanPlace): Promise<Segmentation["findings"] | null> {
  return readFile(findingsPath(place), "utf8")
    .then(JSON.parse)
    .catch(() => null);
}

function findingsPath({ cache, scanId, by }: ScanPlace): string {
  return join(cache, `${hashOf({ scanId, by, id: "findings" })}.json`);
}

/**
 * A row of numbers, made now or before, as it is in memory. A file of another length is of no use and is made again.
 *
 * @param id of what is measured, with its settings
 */
export async function keptRow(
  { cache, scanId, by }: ScanPlace,
  id: string,
  length: number,
  make: () => Promise<Float64Array>,
): Promise<Float64Array> {
  const path = join(cache, `${hashOf({ scanId, by, id })}.f64`);
  const kept = await readFile(path).catch(() => null);
  if (kept?.byteLength === 8 * length) return new Float64Array(new Uint8Array(kept).buffer);
  const row = await make();
  await writeFileAtomically(path, new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
  return row;
}

/**
 * Plain data, made now or before.
 *
 * @param id of what it is
 */
export async function keptJson<T>({ cache, scanId, by }: ScanPlace, id: string, make: () => Promise<T>): Promise<T> {
  const path = join(cache, `${hashOf({ scanId, by, id })}.json`);
  const earlier = await readFile(path, "utf8")
    .then(JSON.parse)
    .catch(() => null);
  if (earlier !== null) return earlier as T;
  const made = await make();
  await writeFileAtomically(path, `${JSON.stringify(made)}\n`);
  return made;
}

/** A name for plain data: equal data, equal name. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 40);
}

/** Over the bytes of a file, or of every file of a folder in the order of their names. */
async function hashOfFiles(path: string): Promise<string> {
  const found = await stat(path).catch(() => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no scan ${path}`);
  });
  const hash = createHash("sha256");
  const files = found.isDirectory() ? await filesBelow(path) : [path];
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
