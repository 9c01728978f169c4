import { expect, it } from "vitest";
import { computeMarkers } from "../markers/compute-markers.ts";
import { selfTestHead } from "../segmentation/self-test-head.ts";
import { blocksConfigSchema, measuredBlocks } from "./blocks.ts";

const { volume, hematoma } = selfTestHead();
const [markers] = measuredBlocks(blocksConfigSchema.parse({ shape: false, markers: true }));

it("counts signs by the shares with which each is there", async () => {
  const row = await markers.measure(volume, hematoma);
  const at = (name: string): number => row[markers.names.indexOf(`markers.${name}`)];
  const shares = markers.names
    .slice(0, markers.names.indexOf("markers.signCount"))
    .map((name) => at(name.slice("markers.".length)))
    .filter((share) => !Number.isNaN(share));
  expect(shares.length).toBeGreaterThan(5);
  expect(at("signCount")).toBeAllClose(
    shares.reduce((sum, share) => sum + share, 0),
    { absolute: 1e-12 },
  );
});

it("takes markers that are read already instead of reading them again", async () => {
  const read = computeMarkers(volume, hematoma);
  expect(await markers.measure(volume, hematoma, read)).toEqual(await markers.measure(volume, hematoma));
  const other = { ...read, density: { ...read.density, meanHu: -1 } };
  const row = await markers.measure(volume, hematoma, other);
  expect(row[markers.names.indexOf("markers.meanHu")]).toBe(-1);
});
