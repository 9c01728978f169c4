/**
 * Latency of the networks and of a training step, ours and PyTorch's in one run, alternating: `taskset -c 0 npx jiti bench/nn.ts [--json] [--rounds 15] [--threads 1] [--only NAME]`.
 * Without taskset PyTorch uses a second core although it is told one thread. The peer needs Debian's python3-torch; without it only our side is measured. On a machine that others use, CPU time is the figure to compare: with one
 * thread it is the time the same work takes alone.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRandom } from "../src/core/random.ts";
import { createGraph, input } from "../src/nn/graph/graph.ts";
import { inceptionV3 } from "../src/nn/models/inception-v3.ts";
import { resnet50 } from "../src/nn/models/resnet50.ts";
import { unet } from "../src/nn/models/unet.ts";
import { exportInference, initialWeights, type Network } from "../src/nn/network.ts";
import { adamW } from "../src/nn/optimizers.ts";
import { constantSchedule } from "../src/nn/schedules.ts";
import { openSession } from "../src/nn/session/session.ts";
import { createTensor, elementCount, type Shape, type Tensor } from "../src/nn/tensor.ts";
import { segmentationObjective } from "../src/nn/train/segmentation-objective.ts";
import { createTrainer } from "../src/nn/train/trainer.ts";

interface Timing {
  readonly ms: number;
  readonly cpuMs: number;
}

interface Subject {
  readonly name: string;
  readonly gigaflop: number;
  readonly run: () => Promise<unknown>;
  readonly release: () => Promise<void>;
}

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "15" },
    threads: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
const threads = Number(values.threads);
const random = createRandom(1);

function noise(shape: Shape): Tensor {
  return createTensor(
    shape,
    new Float32Array(elementCount(shape)).map(() => random.normal()),
  );
}

/** Multiplications and additions of the convolutions, in 10^9. */
function gigaflop(network: Network, shape: Shape): number {
  const graph = createGraph();
  network.forward(input(graph, "image", shape));
  const perNode = graph.nodes.map(({ operator, inputs, outputs }) => {
    if (operator !== "Conv" && operator !== "ConvTranspose") return 0;
    const weight = inputs[1]?.shape as Shape;
    const pixels = operator === "Conv" ? outputs[0] : inputs[0];
    return (2 * elementCount(pixels?.shape as Shape) * elementCount(weight)) / (weight[0] as number);
  });
  return perNode.reduce((sum, count) => sum + count, 0) / 1e9;
}

async function inference(name: string, network: Network, shape: Shape, output: string): Promise<Subject> {
  const model = exportInference(network, initialWeights(network, shape, random), shape, [output]);
  const session = await openSession(model, { threads });
  const image = noise(shape);
  return {
    name,
    gigaflop: gigaflop(network, shape),
    run: () => session.run({ image }),
    release: () => session.release(),
  };
}

function training(name: string, network: Network, shape: Shape): Subject {
  const trainer = createTrainer({
    objective: segmentationObjective(network),
    weights: initialWeights(network, shape, random),
    ...{ optimizer: adamW(), schedule: constantSchedule(1e-3), seed: 1, session: { threads } },
  });
  const batch = {
    image: noise(shape),
    target: createTensor(
      shape,
      noise(shape).data.map((v) => (v > 1.3 ? 1 : 0)),
    ),
  };
  // Backward does each convolution twice more: by the input and by the filters.
  return {
    name,
    gigaflop: 3 * gigaflop(network, shape),
    run: () => trainer.train(batch),
    release: () => trainer.release(),
  };
}

async function timed(run: () => Promise<unknown>): Promise<Timing> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  const used = process.cpuUsage(cpu);
  return { ms: performance.now() - wall, cpuMs: (used.user + used.system) / 1000 };
}

/** PyTorch in a process of its own, asked over its standard streams; null where it is not installed. */
async function startPeer(): Promise<{
  version: string;
  ask: (request: string) => Promise<Timing>;
  stop: () => void;
} | null> {
  const script = fileURLToPath(new URL("nn-peer.py", import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn("/usr/bin/python3", [script, String(threads)]);
  child.on("error", () => {});
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return null;
  return {
    version: (JSON.parse(first.value) as { torch: string }).torch,
    async ask(request) {
      child.stdin.write(`${request}\n`);
      return JSON.parse((await lines.next()).value as string) as Timing;
    },
    stop: () => child.stdin.end(),
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

const round = (value: number): number => Math.round(10 * value) / 10;

const peer = await startPeer();
const makers: Record<string, () => Promise<Subject> | Subject> = {
  "resnet50-224": () => inference("resnet50-224", resnet50(), [1, 3, 224, 224], "features"),
  "inception-v3-299": () => inference("inception-v3-299", inceptionV3(), [1, 3, 299, 299], "features"),
  "unet32-256": () => inference("unet32-256", unet({ base: 32, depth: 4 }), [1, 1, 256, 256], "logits"),
  "unet16-train-4x128": () => training("unet16-train-4x128", unet({ base: 16, depth: 4 }), [4, 1, 128, 128]),
};
const rows = [];
for (const [name, make] of Object.entries(makers)) {
  if (values.only && values.only !== name) continue;
  const subject = await make();
  await peer?.ask(`load ${subject.name}`);
  const [ours, theirs]: [Timing[], Timing[]] = [[], []];
  for (let i = -3; i < Number(values.rounds); i++) {
    const mine = await timed(subject.run);
    const other = await peer?.ask(`run ${subject.name}`);
    if (i < 0) continue; // Warm-up: first allocations, kernel choice.
    ours.push(mine);
    if (other) theirs.push(other);
  }
  await subject.release();
  const [own, others] = [
    median(ours.map((t) => t.cpuMs)),
    theirs.length > 0 ? median(theirs.map((t) => t.cpuMs)) : null,
  ];
  rows.push({
    name: subject.name,
    ours: round(own),
    peer: others === null ? null : round(others),
    unit: "ms of CPU (median)",
    ratio: others === null ? null : Math.round((100 * own) / others) / 100,
    oursWallMs: round(median(ours.map((t) => t.ms))),
    peerWallMs: others === null ? null : round(median(theirs.map((t) => t.ms))),
    gflops: round(subject.gigaflop / (own / 1000)),
  });
}
peer?.stop();

const report = {
  results: rows,
  peer: peer === null ? "none (python3-torch is not installed)" : `PyTorch ${peer.version}`,
  machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
  threads,
  rounds: Number(values.rounds),
  load: loadavg().map(round),
  node: process.version,
};
if (values.json) console.log(JSON.stringify(report, null, 2));
else {
  console.table(rows);
  console.log(`${report.machine}; ${threads} thread(s); load ${report.load.join(" ")}; ${report.peer}`);
}
