/**
 * Simulated and real slices side by side, in a brain window, for people to judge: node scripts/realism.mjs <real CT> <out.png> [seed]
 * The left half of the picture is simulated, the right half is the CT given. Run `npm run build` first. Nothing real is kept in the repository.
 */
import { writeFileSync } from "node:fs";
import { encode } from "fast-png";
import { scannerProfiles, simulateCase } from "../dist/index.js";
import { readCt } from "../dist/pipeline/read-input.js";

const SIDE = 256;
const ROWS = 6;
const [input, out, seed = "21"] = process.argv.slice(2);
if (!input || !out) {
  console.error("usage: node scripts/realism.mjs <real CT> <out.png> [seed]");
  process.exit(2);
}
const simulated = simulateCase({ seed: Number(seed), scanner: scannerProfiles.sequential }).volume;
const { volume: real } = await readCt(input);
const pixels = new Uint8Array(4 * SIDE * SIDE * ROWS);
for (let row = 0; row < ROWS; row++) {
  for (const [half, volume] of [simulated, real].entries()) {
    for (const step of [0, 1]) {
      // Fractions of the stack from the posterior fossa to the convexity.
      const k = Math.round((0.3 + (0.5 * (2 * row + step)) / (2 * ROWS - 1)) * (volume.geometry.size[2] - 1));
      draw(volume, k, row * SIDE, (2 * half + step) * SIDE);
    }
  }
}
writeFileSync(out, encode({ width: 4 * SIDE, height: ROWS * SIDE, channels: 1, depth: 8, data: pixels }));
console.log(`${out}: columns 1 and 2 are SIMULATED (seed ${seed}), columns 3 and 4 are ${input}`);

function draw(volume, k, top, left) {
  const [nx, ny] = volume.geometry.size;
  for (let j = 0; j < SIDE; j++) {
    for (let i = 0; i < SIDE; i++) {
      const hu = volume.hu[Math.floor((i * nx) / SIDE) + nx * (Math.floor((j * ny) / SIDE) + ny * k)];
      pixels[(top + j) * 4 * SIDE + left + i] = Math.min(Math.max((hu / 80) * 255, 0), 255);
    }
  }
}
