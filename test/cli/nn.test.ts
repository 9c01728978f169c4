import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resnet50 } from "../../src/nn/models/resnet50.ts";
import { parametersOf } from "../../src/nn/network.ts";
import { readWeights } from "../../src/nn/session/weights-file.ts";
import { createTensor, type Tensor } from "../../src/nn/tensor.ts";
import { torchResnet50 } from "../../src/nn/weights/layouts.ts";
import { toStored, writeSafetensors } from "../../src/nn/weights/safetensors.ts";
import { runHemacast } from "../support/run-hemacast.ts";

const folder = mkdtempSync(join(tmpdir(), "hemacast-nn-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("hemacast nn show", () => {
  it("describes the shipped backbone", async () => {
    const { exitCode, stdout } = await runHemacast("nn", "show", "inception-v3");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("output      features: float32 [1, 2048]");
    expect(stdout).toContain("94 Conv");
  });

  it("prints one JSON document, with the nodes when asked", async () => {
    const { stdout } = await runHemacast("nn", "show", "unet", "--shape", "1,1,32,32", "--json", "--nodes");
    const shown = JSON.parse(stdout);
    expect(shown.weightCount).toBe(1942289);
    expect(shown.operators.Conv).toBe(19);
    expect(shown.nodes.length).toBeGreaterThan(60);
  });

  it("refuses what is no model, no file and no shape", async () => {
    writeFileSync(join(folder, "text.onnx"), "not a model at all");
    expect((await runHemacast("nn", "show", join(folder, "text.onnx"))).exitCode).toBe(4);
    expect((await runHemacast("nn", "show", "nosuch")).exitCode).toBe(2);
    expect((await runHemacast("nn", "show", "unet", "--shape", "1,x")).exitCode).toBe(2);
  });
});

describe("hemacast nn import", () => {
  const shapes = new Map([...parametersOf(resnet50(), [1, 3, 64, 64])].map(([name, { value }]) => [name, value.shape]));
  const foreign = new Map<string, Tensor>();
  for (const { name, weight, norm } of torchResnet50(shapes).sources) {
    const shape = shapes.get(`${name}.weight`) as number[];
    foreign.set(weight, createTensor(shape));
    for (const part of Object.values(norm)) foreign.set(part, createTensor([shape[0] as number]));
  }
  const from = ["--from", "resnet50/torchvision", "--out", join(folder, "out.safetensors")];

  it("writes folded weights and prints what came from where", async () => {
    const file = join(folder, "in.safetensors");
    writeFileSync(file, writeSafetensors(toStored(foreign, "F16")));
    const { exitCode, stdout } = await runHemacast("nn", "import", file, ...from);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("matched     layer4.2.conv3  <- layer4.2.conv3.weight, layer4.2.bn3.weight");
    expect((await readWeights(join(folder, "out.safetensors"))).size).toBe(106);
  });

  it("refuses a file with a missing name, and says which", async () => {
    const file = join(folder, "part.safetensors");
    writeFileSync(file, writeSafetensors(toStored(new Map([...foreign].slice(1)), "F16")));
    const { exitCode, stderr } = await runHemacast("nn", "import", file, ...from);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("missing     conv1  <- conv1.weight");
    expect((await runHemacast("nn", "import", file, "--from", "vgg", "--out", "x")).exitCode).toBe(2);
  });
});
