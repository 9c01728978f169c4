/** A model bundle on disk: a folder that says what the model is, for whom, from whom, and proves on loading that it still works. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { HemacastError } from "../core/errors.ts";
import { toJson } from "../core/json.ts";
import { parseWith, z } from "../core/schema.ts";
import { writeFileAtomically, writeFolderAtomically } from "./atomic-output.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits");
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected a plain file name");

/** What `bundle.json` holds, whatever the kind of the model. */
export const bundleManifestSchema = z.strictObject({
  schema: z.literal("hemacast-bundle/1"),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** What the files mean and who can load them: "logistic-risk-model", "segmentation-network", "backbone". */
  kind: z.string(),
  title: z.string(),
  intendedUse: z.string(),
  /** Definition of what is predicted or drawn. */
  outcome: z.string(),
  inputs: z.array(z.record(z.string(), z.unknown())),
  development: z.record(z.string(), z.unknown()),
  evaluation: z.record(z.string(), z.unknown()),
  licence: z.string(),
  source: z.string(),
  /** Of every other file of the bundle. */
  checksums: z.record(fileName, sha256),
});

/** The identity card of a model. */
export type BundleManifest = z.infer<typeof bundleManifestSchema>;

/** A bundle whose checksums hold. */
export interface Bundle {
  readonly directory: string;
  readonly manifest: BundleManifest;
  /** Every file but `bundle.json`, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const bundleLimitBytes = 512 * 2 ** 20;

/**
 * Reads a bundle and verifies it: schema, every checksum, no file too many or too few. It does not run the model.
 *
 * @throws HemacastError INPUT_NOT_FOUND when there is no such folder, BUNDLE_INVALID, CHECKSUM_MISMATCH
 */
export async function readBundle(directory: string): Promise<Bundle> {
  const names = await readdir(directory).catch(() => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no model bundle at ${directory}`);
  });
  if (!names.includes("bundle.json")) throw new HemacastError("BUNDLE_INVALID", `${directory} has no bundle.json`);
  const manifest = parseManifest(await readBounded(join(directory, "bundle.json"), 2 ** 20));
  const expected = Object.keys(manifest.checksums);
  const found = names.filter((name) => name !== "bundle.json");
  const missing = expected.filter((name) => !found.includes(name));
  const foreign = found.filter((name) => !expected.includes(name));
  if (missing.length + foreign.length > 0) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${manifest.name}: missing files [${missing.join(", ")}], files without a checksum [${foreign.join(", ")}]`,
    );
  }
  const files = new Map<string, Uint8Array>();
  for (const name of expected) {
    const bytes = await readBounded(join(directory, name), bundleLimitBytes);
    if (sha256Of(bytes) !== manifest.checksums[name]) {
      throw new HemacastError(
        "CHECKSUM_MISMATCH",
        `${name} of bundle ${manifest.name} is not the file that was published`,
      );
    }
    files.set(name, bytes);
  }
  return { directory, manifest, files };
}

async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > limit) throw new HemacastError("BUNDLE_INVALID", `${path} has ${size} bytes, at most ${limit} are read`);
  return readFile(path);
}

function parseManifest(bytes: Uint8Array): BundleManifest {
  return parseWith(bundleManifestSchema, parseJson(bytes, "bundle.json"), "BUNDLE_INVALID", "bundle.json");
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw new HemacastError("BUNDLE_INVALID", `${what} is not JSON`, { cause });
  }
}

/**
 * A JSON file of a bundle, parsed by a schema.
 *
 * @throws HemacastError BUNDLE_INVALID when the file is absent, not JSON or not as the schema says
 */
export function bundleJson<T>(bundle: Bundle, name: string, schema: z.ZodType<T>): T {
  const bytes = bundle.files.get(name);
  if (!bytes) throw new HemacastError("BUNDLE_INVALID", `bundle ${bundle.manifest.name} has no ${name}`);
  return parseWith(schema, parseJson(bytes, name), "BUNDLE_INVALID", `${name} of bundle ${bundle.manifest.name}`);
}

/**
 * Writes a bundle whole or not at all, with the checksums of its files. An earlier bundle of that name is replaced.
 *
 * @param files text or bytes by plain file name; `bundle.json` is made here
 * @throws HemacastError BUNDLE_INVALID when the manifest breaks the schema; OUTPUT_EXISTS when the folder holds other files; OUTPUT_NOT_WRITABLE
 */
export async function writeBundle(
  directory: string,
  manifest: Omit<BundleManifest, "schema" | "checksums">,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<BundleManifest> {
  const checksums = Object.fromEntries([...files].map(([name, content]) => [name, sha256Of(content)]));
  const complete = parseWith(
    bundleManifestSchema,
    { schema: "hemacast-bundle/1", ...manifest, checksums },
    "BUNDLE_INVALID",
    "the manifest",
  );
  const isOurs = (name: string): boolean => name === "bundle.json" || files.has(name);
  await writeFolderAtomically(directory, isOurs, async (temporary) => {
    for (const [name, content] of files) await writeFileAtomically(join(temporary, name), content);
    await writeFileAtomically(join(temporary, "bundle.json"), toJson(complete));
  });
  return complete;
}

function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
