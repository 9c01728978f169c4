/** The map that explains an image model: it points at what the outcome hangs on, and it is destroyed with the weights (Adebayo 2018, arXiv:1810.03292). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { wholeCohort } from "../src/cohort/splits.ts";
import { createRandom, type Random, shuffled } from "../src/core/random.ts";
import { cnnConfigSchema } from "../src/expansion/cnn-features.ts";
import { fitHybridModel } from "../src/expansion/hybrid-fit.ts";
import { modelConfig } from "../src/expansion/learner-config.ts";
import type { LinearHead, SliceContribution } from "../src/expansion/place-contributions.ts";
import { pearson } from "../src/math/statistics.ts";
import { type LoadedBackbone, loadBackbone, shippedBackbone } from "../src/nn/session/backbone-folder.ts";
import { type CnnBlock, openCnnBlock } from "../src/pipeline/cnn-block.ts";
import { selfTestHead } from "../src/segmentation/self-test-head.ts";
import type { CtVolume } from "../src/volume/volume.ts";
import { clotScan, darkFromColumn } from "./support/clot-cohort.ts";

const config = cnnConfigSchema.parse({
  ...{ backbone: "inception-v3", taps: ["mixed2"], regions: ["clot"], statistics: ["mean"] },
  images: {
    ...{ pixels: 160, slices: "largest", relativeToClot: true },
    windowsHu: [
      [-40, 40],
      [-20, 20],
      [-70, 30],
    ],
  },
});
const { hematoma } = selfTestHead();
let backbone: LoadedBackbone;
let block: CnnBlock;
let head: LinearHead;
let own: SliceContribution;

beforeAll(async () => {
  backbone = await loadBackbone(shippedBackbone("inception-v3"));
  block = await openCnnBlock(config, backbone);
  const rows: Float64Array[] = [];
  for (let p = 0; p < 20; p++) rows.push(await block.measure(clotScan(p), hematoma));
  const table = {
    ...{ participantIds: rows.map((_, i) => `P${i}`), names: block.names, sites: null },
    values: Float64Array.from(rows.flatMap((row) => [...row])),
    outcome: Uint8Array.from(rows, (_, i) => i % 2),
  };
  const model = modelConfig({ name: "linear", predictors: ["*"], innerFolds: 2 });
  const { whole, means } = await fitHybridModel(wholeCohort(table), model, createRandom(1), {
    members: 2,
    coverage: 0.9,
  });
  head = { coefficients: whole.coefficients, means };
  own = await mapOf(block, head);
}, 300_000);
afterAll(() => block.release());

/** A scan of somebody who expands and was not among those learned from. */
const newcomer: CtVolume = clotScan(101);
const mapOf = async (from: CnnBlock, by: LinearHead): Promise<SliceContribution> =>
  (await from.look(newcomer, hematoma)).explain(by)[0] as SliceContribution;

/** Over the places that any map can reach. */
function correlation(other: SliceContribution): number {
  const reached = [...own.logOdds.keys()].filter((i) => own.logOdds[i] !== 0);
  const pick = ({ logOdds }: SliceContribution): number[] => reached.map((i) => logOdds[i] as number);
  return pearson(pick(own), pick(other));
}

function withShuffledWeights(random: Random): LoadedBackbone {
  const weights = new Map(
    [...backbone.weights].map(([name, tensor]) => {
      return [name, { ...tensor, data: Float32Array.from(shuffled([...tensor.data], random.fork(name))) }] as const;
    }),
  );
  return { ...backbone, weights };
}

it("lies where the clots of those who expand differ", () => {
  const column = (x: number): number =>
    own.frame.left + (((x + 0.5) * own.pixels) / own.columns - 0.5) * own.frame.step[0];
  let [dark, rest] = [0, 0];
  for (const [i, value] of own.logOdds.entries()) {
    if (column(i % own.columns) >= darkFromColumn) dark += value;
    else rest += value;
  }
  expect(dark).toBeGreaterThan(0);
  expect(Math.abs(rest) / dark).toBeLessThan(0.25);
});

it("is another map when the weights of the backbone, or of the head, are shuffled", async () => {
  const random = createRandom(5);
  const found: number[] = [];
  for (const name of ["a", "b", "c"]) {
    const shuffledBlock = await openCnnBlock(config, withShuffledWeights(random.fork(name)));
    found.push(correlation(await mapOf(shuffledBlock, head)));
    await shuffledBlock.release();
    const coefficients = shuffled([...Array.from(head.coefficients)], random.fork(`head ${name}`));
    found.push(correlation(await mapOf(block, { ...head, coefficients })));
  }
  // Maps of a dozen such nets correlated with the right one by -.5 to .4, .1 on average; the same net by 1.
  expect(Math.max(...found.map(Math.abs))).toBeLessThan(0.7);
  expect(Math.abs(found.reduce((sum, r) => sum + r, 0) / found.length)).toBeLessThan(0.35);
  expect(correlation(await mapOf(block, head))).toBeAllClose(1, { absolute: 1e-9 });
}, 300_000);
