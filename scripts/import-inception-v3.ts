/**
 * Makes models/backbones/inception-v3 from the npm package nsfwjs@4.3.0 (MIT). Run once: `npx jiti scripts/import-inception-v3.ts`.
 *
 * The package holds Keras weights as 8-bit codes, one scale and minimum per tensor. Folding batch normalisation multiplies each filter by a
 * number, which changes its scale and minimum but not its codes: so the codes are kept and nothing is rounded twice.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { HemacastError } from "../src/core/errors.ts";
import { inceptionV3 } from "../src/nn/models/inception-v3.ts";
import { parametersOf } from "../src/nn/network.ts";
import { fileChecksum } from "../src/nn/session/weights-file.ts";
import { createTensor, elementCount, type Shape, type Tensor } from "../src/nn/tensor.ts";
import { foldedNorm, hwioToOihw, importConvolutions, importTable } from "../src/nn/weights/import.ts";
import { kerasInceptionV3 } from "../src/nn/weights/layouts.ts";
import { type StoredTensor, storedCodes, toStored, writeSafetensors } from "../src/nn/weights/safetensors.ts";

interface Codes {
  readonly shape: Shape;
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly minimum: number;
}

interface KerasWeight {
  readonly name: string;
  readonly shape: number[];
  readonly quantization: { readonly min: number; readonly scale: number; readonly dtype: string };
}

const packageName = "nsfwjs@4.3.0";
const folder = fileURLToPath(new URL("../models/backbones/inception-v3/", import.meta.url));

const work = mkdtempSync(join(tmpdir(), "hemacast-import-"));
try {
  const source = unpacked(work);
  const tensors = kerasTensors(source);
  const network = inceptionV3();
  const shapes = new Map([...parametersOf(network, [1, 3, 299, 299])].map(([name, { value }]) => [name, value.shape]));
  const layout = kerasInceptionV3(shapes, 1);
  const floats = new Map([...tensors].map(([name, tensor]) => [name, decoded(tensor)]));
  // The general importer checks names and shapes and gives the folded floats that the codes must reproduce.
  const { weights, rows } = importConvolutions(shapes, floats, layout);
  console.log(importTable(rows));

  const stored = new Map<string, StoredTensor>();
  for (const { name, weight, norm } of layout.sources) {
    const { codes, shape, scale, minimum } = tensors.get(weight) as Codes;
    const data = (part: string): Float32Array => (floats.get(part) as Tensor).data;
    const { factor } = foldedNorm(
      { gain: null, shift: data(norm.shift), mean: data(norm.mean), variance: data(norm.variance) },
      layout.epsilon,
    );
    const ours = shapes.get(`${name}.weight`) as Shape;
    const scales = Float32Array.from(factor, (f) => f * scale);
    const minima = Float32Array.from(factor, (f) => f * minimum);
    const turned = Uint8Array.from(hwioToOihw(shape, codes));
    for (const [key, tensor] of storedCodes(`${name}.weight`, ours, turned, scales, minima)) stored.set(key, tensor);
    const bias = new Map([[`${name}.bias`, weights.get(`${name}.bias`) as Tensor]]);
    for (const [key, tensor] of toStored(bias, "F32")) stored.set(key, tensor);
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "weights.safetensors");
  writeFileSync(path, writeSafetensors(stored, { source: packageName, license: "MIT" }));
  copyFileSync(join(source, "LICENSE"), join(folder, "LICENSE"));
  const description = {
    schemaVersion: 1,
    name: "inception-v3",
    network: "inception-v3",
    config: network.config,
    weights: "weights.safetensors",
    sha256: await fileChecksum(path),
    input: { width: 299, height: 299, channels: "RGB", low: 0, high: 1, mean: [0, 0, 0] },
    featureCount: 2048,
    license: "MIT",
    source: packageName,
  };
  writeFileSync(join(folder, "backbone.json"), `${JSON.stringify(description, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true });
}

function unpacked(place: string): string {
  const archive = execFileSync("npm", ["pack", packageName, "--silent"], { cwd: place, encoding: "utf8" }).trim();
  execFileSync("tar", ["xzf", archive], { cwd: place });
  return join(place, "package");
}

/** The weights as codes, by their Keras names. The package wraps them in script files; these run without access to anything. */
function kerasTensors(source: string): Map<string, Codes> {
  const models = join(source, "dist/models/inception_v3");
  const exported = (file: string): unknown => {
    const context = { module: { exports: {} as unknown }, exports: {} };
    runInNewContext(readFileSync(join(models, file), "utf8"), context);
    return context.module.exports;
  };
  const { weightsManifest } = exported("model.min.js") as { weightsManifest: { weights: KerasWeight[] }[] };
  const shards = [1, 2, 3, 4, 5, 6].map((i) => Buffer.from(exported(`group1-shard${i}of6.min.js`) as string, "base64"));
  const bytes = Buffer.concat(shards);
  const tensors = new Map<string, Codes>();
  let offset = 0;
  for (const { name, shape, quantization } of weightsManifest[0]?.weights ?? []) {
    const length = elementCount(shape);
    if (quantization.dtype !== "uint8") throw new HemacastError("BUNDLE_INVALID", `${name} is ${quantization.dtype}`);
    const codes = bytes.subarray(offset, offset + length);
    tensors.set(name, { shape, codes, scale: quantization.scale, minimum: quantization.min });
    offset += length;
  }
  if (offset !== bytes.length)
    throw new HemacastError("BUNDLE_INVALID", `${bytes.length - offset} bytes are left over`);
  return tensors;
}

function decoded({ shape, codes, scale, minimum }: Codes): Tensor {
  return createTensor(
    shape,
    Float32Array.from(codes, (code) => code * scale + minimum),
  );
}
