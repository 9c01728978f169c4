/** `hemacast nn`: looks into networks and brings weights from elsewhere. */
import { readFile } from "node:fs/promises";
import { HemacastError, messageOf } from "../../core/errors.ts";
import { createRandom } from "../../core/random.ts";
import { describeOnnx, dumpModel, type ModelDescription, operatorCounts } from "../../nn/graph/describe.ts";
import type { Backbone } from "../../nn/models/backbone.ts";
import { inceptionV3 } from "../../nn/models/inception-v3.ts";
import { resnet50 } from "../../nn/models/resnet50.ts";
import { unet } from "../../nn/models/unet.ts";
import { exportInference, initialWeights, type Network, parametersOf } from "../../nn/network.ts";
import { loadBackbone, shippedBackbone } from "../../nn/session/backbone-folder.ts";
import { readSafetensorsFile, writeWeights } from "../../nn/session/weights-file.ts";
import type { Shape, Tensor } from "../../nn/tensor.ts";
import { type ForeignLayout, type ImportRow, importConvolutions, importTable } from "../../nn/weights/import.ts";
import {
  kerasInceptionV3,
  kerasName,
  kerasResnet50,
  torchInceptionV3,
  torchResnet50,
} from "../../nn/weights/layouts.ts";
import { toWeights } from "../../nn/weights/safetensors.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText } from "../terminal.ts";

const importers: Record<
  string,
  { network: Backbone; layout: (expected: ReadonlyMap<string, Shape>) => ForeignLayout }
> = {
  "resnet50/torchvision": { network: resnet50(), layout: torchResnet50 },
  "resnet50/keras": { network: resnet50({ strideOn: "1x1" }), layout: kerasResnet50 },
  "inception-v3/torchvision": { network: inceptionV3({ poolCountsBorder: true }), layout: torchInceptionV3 },
  "inception-v3/keras": { network: inceptionV3(), layout: (expected) => kerasInceptionV3(expected, 0) },
};

/** Adds `nn show | import`. */
export const registerNn: RegisterCommand = (program) => {
  const nn = program.command("nn").description("look into networks, import weights");
  nn.command("show <model>")
    .description("what a network is made of: an .onnx or .safetensors file, or unet, resnet50, inception-v3")
    .option("--shape <sizes>", "image shape for a network by name, e.g. 1,3,224,224")
    .option("--nodes", "print every node")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  hemacast nn show inception-v3\n  hemacast nn show unet --shape 1,1,256,256 --nodes\n  hemacast nn show model.onnx --json",
    )
    .action(async (model: string, options: { shape?: string; nodes?: boolean; json?: boolean }) => {
      if (model.endsWith(".safetensors")) return showWeights(model, options.json === true);
      const description = await describe(model, options.shape);
      if (options.json) printJson(jsonOf(description, options.nodes === true));
      else printText(summaryOf(description, options.nodes === true));
    });
  nn.command("import <weights>")
    .description("import the weights of a backbone by name from a .safetensors file; everything must match")
    .requiredOption("--from <kind>", `where they come from: ${Object.keys(importers).join(", ")}`)
    .requiredOption("--out <file>", "the .safetensors file to write")
    .addHelpText(
      "after",
      "\nExample:\n  hemacast nn import resnet50.safetensors --from resnet50/torchvision --out resnet50-folded.safetensors",
    )
    .action(importCommand);
};

async function importCommand(path: string, options: { from: string; out: string }): Promise<void> {
  const importer = importers[options.from];
  if (importer === undefined) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `--from must be one of ${Object.keys(importers).join(", ")}, got ${options.from}`,
    );
  }
  const expected = new Map(
    [...parametersOf(importer.network, [1, 3, 299, 299])].map(([name, { value }]) => [name, value.shape]),
  );
  const layout = importer.layout(expected);
  const wanted = (name: string): boolean => !layout.ignored.test(name);
  const { tensors } = await readSafetensorsFile(path, wanted);
  const spelled = options.from.endsWith("keras") ? kerasName : (name: string) => name;
  const foreign = new Map([...toWeights(tensors)].map(([name, tensor]): [string, Tensor] => [spelled(name), tensor]));
  try {
    const { weights, rows } = importConvolutions(expected, foreign, layout);
    printText(importTable(rows));
    const { sha256, bytes } = await writeWeights(options.out, weights, {
      metadata: { network: importer.network.name },
    });
    note(`${rows.length} convolutions written to ${options.out}: ${bytes} bytes, SHA-256 ${sha256}`);
  } catch (thrown) {
    const rows = thrown instanceof HemacastError ? thrown.details.rows : undefined;
    if (Array.isArray(rows)) note(importTable(rows as ImportRow[]));
    throw thrown;
  }
}

async function describe(model: string, shapeText: string | undefined): Promise<ModelDescription> {
  const shape = shapeText === undefined ? undefined : parsedShape(shapeText);
  const shown = (
    network: Network,
    weights: Parameters<typeof exportInference>[1] | null,
    fallback: Shape,
    output: string,
  ) => {
    const size = shape ?? fallback;
    return describeOnnx(
      exportInference(network, weights ?? initialWeights(network, size, createRandom(0)), size, [output]),
    );
  };
  if (model === "unet") return shown(unet(), null, [1, 1, 128, 128], "probability");
  if (model === "resnet50") return shown(resnet50(), null, [1, 3, 224, 224], "features");
  if (model === "inception-v3") {
    const { network, weights } = await loadBackbone(shippedBackbone("inception-v3"));
    return shown(network, weights, [1, 3, 299, 299], "features");
  }
  const bytes = await readFile(model).catch((cause) => {
    throw new HemacastError(
      "INPUT_NOT_FOUND",
      `${model} is neither a file that can be read nor unet, resnet50, inception-v3: ${messageOf(cause)}`,
      { cause },
    );
  });
  return describeOnnx(bytes);
}

function parsedShape(text: string): Shape {
  const sizes = text.split(",").map(Number);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw new HemacastError("ARGUMENT_INVALID", `--shape must be whole numbers like 1,3,224,224, got ${text}`);
  }
  return sizes;
}

function summaryOf(model: ModelDescription, nodes: boolean): string {
  const list = (kind: string, tensors: ModelDescription["inputs"]): string[] =>
    tensors.map(({ name, type, shape }) => `${kind.padEnd(11)} ${name}: ${type} [${shape.join(", ")}]`);
  const sets = Object.entries(model.operatorSets).map(([name, version]) => `${name || "ai.onnx"} ${version}`);
  const head = [
    `network     ${model.metadata.network ?? "(not stated)"}${model.metadata.config ? ` ${model.metadata.config}` : ""}`,
    `written by  ${model.producer}, operators ${sets.join(", ")}`,
    ...list("input", model.inputs),
    ...list("output", model.outputs),
    `constants   ${model.constants.length}, ${constantCount(model)} numbers`,
    `nodes       ${model.nodes.length}: ${operatorCounts(model)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ")}`,
  ];
  return nodes ? `${head.join("\n")}\n\n${dumpModel(model)}` : head.join("\n");
}

function jsonOf(model: ModelDescription, nodes: boolean): object {
  const { constants, nodes: all, shapes: _, ...rest } = model;
  return {
    ...rest,
    constantCount: constants.length,
    weightCount: constantCount(model),
    operators: Object.fromEntries(operatorCounts(model)),
    ...(nodes && { nodes: all, constants }),
  };
}

function constantCount({ constants }: ModelDescription): number {
  return constants
    .filter(({ type }) => type.startsWith("float"))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

async function showWeights(path: string, json: boolean): Promise<void> {
  const { tensors, metadata } = await readSafetensorsFile(path);
  const rows = [...tensors].map(([name, { dtype, shape, bytes }]) => ({ name, dtype, shape, bytes: bytes.length }));
  if (json) printJson({ metadata, tensors: rows });
  else printText(rows.map(({ name, dtype, shape }) => `${dtype.padEnd(5)}${name} [${shape.join(", ")}]`).join("\n"));
}
