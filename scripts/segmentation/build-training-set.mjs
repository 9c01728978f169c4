/**
 * Builds the training set of the shipped segmenter from the research data: NIfTI images and labels (1 hematoma, 2 not judged) with manifest.csv.
 * Usage: node scripts/segmentation/build-training-set.mjs DATA OUT [PART...]. Same input, same output: every random choice is seeded. Parts are made in
 * the order scanner, slices, tune, test, templates, simulated, train; those that are named are added to a manifest that is there, without names all are made.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createRandom } from "../../dist/core/random.js";
import { niftiBytes } from "../../dist/nifti/write-nifti.js";
import { readCt } from "../../dist/pipeline/read-input.js";
import { brainInsideSkull } from "../../dist/segmentation/brain-inside-skull.js";
import { weakHematomaLabel } from "../../dist/segmentation/weak-labels.js";
import { scannerProfiles, siteScanner } from "../../dist/simulation/scanner/scanner-profile.js";
import { simulateCase } from "../../dist/simulation/simulate-case.js";
import { dilate, union } from "../../dist/volume/morphology.js";
import { blockMean, evenGeometry, resampleMask, resampleVolume } from "../../dist/volume/resample.js";
import { createCtVolume, createMask, maskMl } from "../../dist/volume/volume.js";
import { labelledSliceNames, readDicomSlice, readLabelledSlice, readStack, stackVolume } from "./research-data.mjs";
import { readShape, readTemplateHead, scannedTemplate, semiSynthetic, shapeIndex } from "./semi-synthetic.mjs";

const [data, out, ...wanted] = process.argv.slice(2);
if (!data || !out) throw new Error("usage: build-training-set.mjs DATA OUT [PART...]");
const split = JSON.parse(readFileSync(new URL("./stack-split.json", import.meta.url), "utf8"));
const manifest = `${out}/manifest.csv`;
const distractors = { calcification: 0.4, subdural: 0.25, subarachnoid: 0.25 };
/** The one shape whose image is at hand: kept out of training. */
const PAIRED_STUDY = "ID_f1ac06a042";

mkdirSync(out, { recursive: true });
if (wanted.length === 0 || !existsSync(manifest)) writeFileSync(manifest, "participantId,image,label,source,role\n");

function save(name, { participantId, volume, hematoma, unjudged, source, role }) {
  const label = hematoma.inside.slice();
  if (unjudged) for (let v = 0; v < label.length; v++) if (unjudged.inside[v] === 1) label[v] = 2;
  writeFileSync(`${out}/${name}.nii.gz`, gzipSync(niftiBytes(volume.geometry, volume.hu), { level: 1 }));
  writeFileSync(`${out}/${name}-label.nii.gz`, gzipSync(niftiBytes(volume.geometry, label), { level: 1 }));
  appendFileSync(manifest, `${participantId},${name}.nii.gz,${name}-label.nii.gz,${source},${role}\n`);
  console.log(`${name} ${role} ${maskMl(hematoma).toFixed(1)} mL`);
}

const shapes = shapeIndex(`${data}/hemseg_masks`).filter(({ study }) => study !== PAIRED_STUDY);
/** Test and tuning heads get different shapes, and both others than training. */
const unseen = shapes.filter(({ split: of }) => of === "val");
const shapesFor = {
  train: shapes.filter(({ split: of }) => of === "train"),
  tune: unseen.filter((_, n) => n % 2 === 0),
  test: unseen.filter((_, n) => n % 2 === 1),
};
const draw = (role, random) =>
  readShape(`${data}/hemseg_masks`, shapesFor[role][random.integer(shapesFor[role].length)]);
/** Several in one head: small ones are met more often, and a volume costs the same. */
function someShapes(random) {
  const chance = random.uniform();
  const count = chance < 0.4 ? 1 : chance < 0.75 ? 2 : 3;
  return Array.from({ length: count }, () => draw("train", random));
}

const SMALL_ML = 3;
const smallShapes = shapesFor.train.filter(({ ml }) => ml < SMALL_ML);
/** Three small ones of their true size: what is missed most. */
function someSmallShapes(random) {
  return Array.from({ length: 3 }, () => ({
    ...readShape(`${data}/hemseg_masks`, smallShapes[random.integer(smallShapes.length)]),
    sizeRange: [0.9, 1.1],
  }));
}

/** Real stacks with weak labels, and (for training) the same heads with a second, exactly known hematoma elsewhere. */
function buildStacks(role) {
  for (const id of split[role]) {
    const { volume, edema } = stackVolume(readStack(`${data}/sich_stacks`, id));
    const half = blockMean(volume, [2, 2, 1]);
    const edemaHalf = resampleMask(edema, half.geometry);
    const weak = weakHematomaLabel(half, edemaHalf);
    if (weak.rejection) throw new Error(`${id}: ${weak.rejection}; remove it from stack-split.json`);
    const full = (mask) => resampleMask(mask, volume.geometry);
    const label = { hematoma: full(weak.mask), unjudged: role === "train" ? full(weak.unjudged) : undefined };
    save(`stack-${id}`, { participantId: id, volume, ...label, source: "stacks", role });
    if (role !== "test") buildSetsIn(half, weak, edemaHalf, { id, role });
  }
}

const SETS_OF_ALL_SIZES = 2;
const SETS_OF_SMALL = 2;

/** The head of a stack with other hematomas away from its own blood and edema: several volumes to train on, one to tune on. */
function buildSetsIn(half, weak, edema, { id, role }) {
  const random = createRandom(1000 + Number(id));
  const occupied = dilate(union(weak.mask, edema), 4, "slice");
  const background = createCtVolume(half.geometry, new Int16Array(half.hu.map(Math.round)));
  const brain = brainInsideSkull(background);
  const training = role === "train";
  for (let n = 0; n < (training ? SETS_OF_ALL_SIZES + SETS_OF_SMALL : 1); n++) {
    const some = n < SETS_OF_ALL_SIZES ? someShapes : someSmallShapes;
    const drawn = training ? some(random) : [{ ...draw("tune", random), sizeRange: [1, 1] }];
    const options = { occupied, extra: weak.mask, ...(training ? { distractors } : {}) };
    const found = semiSynthetic(background, brain, drawn, random, options);
    if (!found) continue;
    // What is known of a stack's own blood is weak: figures on tuning sets are about the hematoma that was set in.
    const unjudged = training ? weak.unjudged : dilate(weak.mask, 2, "slice");
    save(`stack-${id}-set-${n}`, { participantId: id, ...found, unjudged, source: "set", role });
  }
}

function buildTemplates() {
  const head = readTemplateHead(`${data}/ct_template_scct`);
  const random = createRandom(77);
  for (let n = 0; n < 16; n++) {
    const background = scannedTemplate(head, random);
    const found = semiSynthetic(background, brainInsideSkull(background), someShapes(random), random, {
      distractors,
    });
    if (found) save(`template-${n}`, { participantId: "template", ...found, source: "template", role: "train" });
  }
}

/** The first of the seeds that belong to nobody else: neither to a cohort nor to the backbone. */
const FIRST_SIMULATED_SEED = 4_100_000_000;
const SIMULATED = {
  count: 500,
  firstTuned: 90,
  tuned: 10,
  smallMl: [0.3, 5],
  ivhMl: [0.5, 25],
  twoDensitiesMl: [4, 30],
  levelMl: [12, 60],
};
/** From here on blood in the ventricles and clots of two densities are asked for: they are what is missed most. */
const FIRST_ASKED = 100;
/** From here on nearly all have two densities: of those above, the darker part was learned least. */
const FIRST_TWO_DENSITIES = 300;

/** Protocols with even slices, which is what a NIfTI file can hold. */
function evenProfiles() {
  const { tilted, ...even } = scannerProfiles;
  const evenly = (gapMm) => ({ ...tilted, slices: [{ count: Math.ceil(180 / gapMm), gapMm }] });
  return [...Object.values(even), evenly(5), evenly(7)];
}

/** What is asked of the hematoma of the n-th simulated head: a third are small; of the others, some have blood in the ventricles, some two densities. */
function requestFor(n, random) {
  const between = ([least, most]) => least * (most / least) ** random.uniform();
  if (n >= FIRST_TWO_DENSITIES) {
    const location = random.uniform() < 0.5 ? "putamen" : "lobar"; // where there is room
    if (n % 5 === 4) return { location, volumeMl: between(SIMULATED.levelMl), signs: ["fluid-level"] };
    const asked = n % 2 === 0 ? { location, volumeMl: between(SIMULATED.twoDensitiesMl) } : {};
    return { ...asked, signs: n % 5 === 3 ? ["blend", "hypodensity"] : ["blend"] };
  }
  if (n % 3 === 0) return { volumeMl: between(SIMULATED.smallMl) };
  if (n < FIRST_ASKED) return {};
  if (n % 3 === 1) return { ivhMl: between(SIMULATED.ivhMl) };
  return { signs: n % 2 === 0 ? ["blend"] : ["blend", "hypodensity"] };
}

/** A case, or null in the rare head that has no room for its hematoma. */
function simulated(options) {
  try {
    return simulateCase(options);
  } catch (error) {
    if (error.code !== "ARGUMENT_INVALID") throw error;
    console.log(`seed ${options.seed} is left out: ${error.message}`);
    return null;
  }
}

/** Heads of the simulator: the only ones with blood in the ventricles, dark parts that belong to the clot, and deep grey matter known to the voxel. */
function buildSimulated() {
  const profiles = evenProfiles();
  const { count, firstTuned, tuned } = SIMULATED;
  for (let n = 0; n < count; n++) {
    const random = createRandom(FIRST_SIMULATED_SEED).fork(`simulated ${n}`);
    const made = simulated({
      seed: FIRST_SIMULATED_SEED + n,
      scanner: siteScanner(profiles[n % profiles.length], random),
      hematoma: requestFor(n, random),
    });
    if (!made) continue;
    const { volume, truth } = made;
    save(`simulated-${n}`, {
      participantId: `simulated-${n}`,
      volume,
      hematoma: union(truth.mask, truth.ivhMask),
      source: "simulated",
      role: n >= firstTuned && n < firstTuned + tuned ? "tune" : "train",
    });
  }
}

/** Test volumes: unseen shapes of their true size in an unseen real scanner's head, at its own resolution; and the head as it is. */
async function buildScannerTests() {
  const { volume } = await readCt(`${data}/ge_head_ct/GE_head_HiSpeed`);
  const even = resampleVolume(volume, evenGeometry(volume.geometry, [0.75, 0.75, 5]));
  const [nx, ny, nz] = even.geometry.size;
  const centred = {
    ...even.geometry,
    origin: [nx, ny, nz].map((n, a) => (-(n - 1) / 2) * even.geometry.spacing[a]),
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  };
  const background = createCtVolume(centred, new Int16Array(even.hu.map(Math.round)));
  const nothing = createMask(background.geometry);
  save("ge-head", { participantId: "ge", volume: background, hematoma: nothing, source: "ge-head", role: "test" });
  const brain = brainInsideSkull(background);
  const random = createRandom(4242);
  for (let n = 0, tries = 0; n < 24 && tries < 80; tries++) {
    const shape = { ...draw("test", random), sizeRange: [1, 1] };
    const found = semiSynthetic(background, brain, [shape], random);
    if (found) save(`ge-set-${n++}`, { participantId: "ge", ...found, source: "semi-synthetic-test", role: "test" });
  }
}

async function buildSlices() {
  for (const name of labelledSliceNames(`${data}/bhsd_slices`)) {
    const { volume, hematoma } = readLabelledSlice(`${data}/bhsd_slices`, name);
    save(`labelled-${name}`, {
      participantId: `volume-${name.slice(0, 3)}`,
      volume,
      hematoma,
      source: "labelled-slices",
      role: "tune",
    });
  }
  for (const id of split.bloodFreeSlices) {
    const volume = await readDicomSlice(`${data}/rsna_ich_dicom/other_single_slices/${id}.dcm`);
    save(`free-${id}`, {
      participantId: id,
      volume,
      hematoma: createMask(volume.geometry),
      source: "blood-free-slices",
      role: "test",
    });
  }
}

const parts = {
  scanner: buildScannerTests,
  slices: buildSlices,
  tune: () => buildStacks("tune"),
  test: () => buildStacks("test"),
  templates: buildTemplates,
  simulated: buildSimulated,
  train: () => buildStacks("train"),
};
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`unknown parts ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
for (const [name, build] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await build();
