/**
 * Features of the package's own Inception-v3 in TensorFlow.js (plain JavaScript backend), for the image of the self-test.
 * Outside the repository: npm install nsfwjs@4.3.0 @tensorflow/tfjs@4.22.0 --ignore-scripts, copy this file there, then
 * node inception-v3-tfjs.mjs > inception-v3-tfjs.json
 */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";

const require = createRequire(import.meta.url);
const exported = (file) => {
  const found = require(`./node_modules/nsfwjs/dist/models/inception_v3/${file}`);
  return found.default ?? found;
};
const { modelTopology, weightsManifest } = exported("model.min.js");
const shards = [1, 2, 3, 4, 5, 6].map((i) => Buffer.from(exported(`group1-shard${i}of6.min.js`), "base64"));
const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
await tf.setBackend("cpu");
const model = await tf.loadLayersModel(
  tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
);
const taps = ["mixed0", "mixed4", "mixed8", "mixed10"];
const cut = tf.model({ inputs: model.inputs, outputs: taps.map((name) => model.getLayer(name).output) });

const size = 299;
const image = new Float32Array(size * size * 3);
for (let y = 0; y < size; y++) {
  for (let x = 0; x < size; x++) {
    for (let c = 0; c < 3; c++) image[(y * size + x) * 3 + c] = (((x + 2 * y) * (c + 1)) % 256) / 255;
  }
}
const outputs = cut.predict(tf.tensor4d(image, [1, size, size, 3]));
const cases = {};
for (const [i, name] of taps.entries()) {
  cases[name] = Array.from(await outputs[i].mean([1, 2]).data(), (value) => Number(value.toPrecision(9)));
}
const source = {
  tool: "TensorFlow.js, cpu backend, model of nsfwjs@4.3.0; mean of each channel over its places",
  version: tf.version.tfjs,
  command: "node inception-v3-tfjs.mjs",
  date: "2026-11-24",
};
process.stdout.write(`${JSON.stringify({ source, recipe: "((x + 2 y) (c + 1) mod 256) / 255", cases })}\n`);
