/**
 * How well edema is measured: on simulated heads with known edema, and, where the folder of research data is given, on real stacks whose edema readers
 * drew (clots by `weakHematomaLabel`, pixel size assumed; half of the stacks with `--every 2`). Prints bias, standard deviation and overlap.
 *
 *   node scripts/build.mjs && node scripts/edema-accuracy.mjs [--data FOLDER] [--every 1] [--from 501] [--to 524]
 */
import { parseArgs } from "node:util";
import { findEdema } from "../dist/markers/edema.js";
import { findHeadFrame } from "../dist/markers/head-frame.js";
import { readVentricles } from "../dist/markers/ventricles.js";
import { weakHematomaLabel } from "../dist/segmentation/weak-labels.js";
import { scannerProfiles } from "../dist/simulation/scanner/scanner-profile.js";
import { simulateCase } from "../dist/simulation/simulate-case.js";
import { blockMean, resampleMask } from "../dist/volume/resample.js";
import { createCtVolume, maskMl } from "../dist/volume/volume.js";
import { readStack, stackIds, stackVolume } from "./segmentation/research-data.mjs";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string" },
    every: { type: "string", default: "1" },
    from: { type: "string", default: "501" },
    to: { type: "string", default: "524" },
  },
});

const simulated = [];
for (let seed = Number(flags.from); seed <= Number(flags.to); seed++) {
  const { volume, truth } = simulateCase({ seed, scanner: scannerProfiles.fast });
  simulated.push(measured(seed, volume, truth.mask, truth.edemaMask));
}
report(`simulated heads, seeds ${flags.from} to ${flags.to}`, simulated);
if (flags.data) {
  const folder = `${flags.data}/sich_stacks`;
  const ids = stackIds(folder).filter((_, n) => n % Number(flags.every) === 0);
  report(
    "real stacks with drawn edema",
    ids.map((id) => realStack(folder, id)),
  );
}

function realStack(folder, id) {
  const { volume: whole, edema } = stackVolume(readStack(folder, id));
  const volume = blockMean(whole, [2, 2, 1]);
  const drawn = resampleMask(edema, volume.geometry);
  const { mask, rejection } = weakHematomaLabel(volume, drawn);
  if (rejection) return { name: id, rejection };
  // What the 8-bit export saturated is bone of unknown density: registration holds on to bone above 400 HU.
  const bony = volume.hu.map((hu) => (hu >= 250 ? 1200 : hu));
  return measured(id, createCtVolume(volume.geometry, bony), mask, drawn);
}

/** Volumes in mL, and Dice of the edema on the grid on which it is sought. */
function measured(name, volume, hematoma, edema) {
  const frame = findHeadFrame(volume);
  if (!frame) return { name, rejection: "no-head-frame" };
  const { geometry } = frame.cavity;
  const clot = resampleMask(hematoma, geometry);
  const truth = resampleMask(edema, geometry);
  const found = findEdema(frame, clot, readVentricles(frame, clot).ivh);
  const count = (inside) => inside.reduce((sum, value) => sum + value, 0);
  const both = count(found.mask.inside.map((value, voxel) => value & truth.inside[voxel]));
  const dice = (2 * both) / (count(found.mask.inside) + count(truth.inside) || 1);
  return { name, clotMl: maskMl(clot), trueMl: maskMl(truth), ml: found.ml, beyondMl: found.beyondMl, dice };
}

function report(name, all) {
  const told = all.filter(({ ml }) => typeof ml === "number");
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const errors = told.map(({ ml, trueMl }) => ml - trueMl);
  const bias = mean(errors);
  console.log(
    JSON.stringify(
      {
        name,
        n: all.length,
        told: told.length,
        beyondEdema: all.filter(({ ml }) => ml === null).map(({ name: of }) => of),
        rejected: all.filter(({ rejection }) => rejection),
        meanTrueMl: mean(told.map(({ trueMl }) => trueMl)),
        biasMl: bias,
        sdMl: Math.sqrt(mean(errors.map((error) => (error - bias) ** 2))),
        meanDice: mean(told.map(({ dice }) => dice)),
      },
      null,
      1,
    ),
  );
}
